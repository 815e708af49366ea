// What the operator's questions and deeds need of a running app.
import type { App } from '../../app.ts';

export type OperatorApp = Pick<App, 'parts' | 'policy' | 'sync'>;
