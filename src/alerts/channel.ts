// A way to tell somebody: by chat or by mail. What fails is tried again by the queue, and is shown.
import type { Message } from './message.ts';

export type Channel = {
  /** For people and for the queue: "chat", "mail". */
  name: string;
  /** Where it goes, without anything secret: "hooks.slack.com". */
  to: string;
  /** Throws an error of lib/errors.ts that is tried again: whatever is wrong may be mended over there. */
  send(message: Message): Promise<void>;
};
