// What can happen in a simulated life, as data. Carried out by deeds.ts and troubles.ts.
import type { Fault } from './faults.ts';
import type { HouseRules } from './house-rules.ts';

/** `who`, `lock`, ...: numbers that are taken modulo what there is. Times and lengths in milliseconds. */
export type Deed =
  | { kind: 'joins'; who: number; plan: number; startsIn: number; confirmed: boolean }
  | { kind: 'is confirmed' | 'is uncancelled' | 'is deleted' | 'checks in at the desk' | 'checks out'; who: number }
  | { kind: 'changes the email' | 'changes the name' | 'loses a pass'; who: number }
  | { kind: 'cancels'; who: number; inDays: number }
  | { kind: 'many cancel'; who: number; count: number; inDays: number }
  | { kind: 'changes plan'; who: number; plan: number; inDays: number | null }
  | { kind: 'many change plan'; who: number; count: number; plan: number }
  | { kind: 'shares a team'; who: number; with: number }
  | { kind: 'buys a pass'; who: number; span: number; expiresIn: number | null; endOfPeriod: boolean }
  | { kind: 'books'; who: number; room: number; startsIn: number; length: number }
  | { kind: 'moves a booking'; which: number; by: number; to: number | null }
  | { kind: 'deletes a booking'; which: number }
  | {
      kind: 'opens a door';
      who: number;
      lock: number;
      told: 'at once' | 'never' | 'twice';
      lateBy: number;
      anyway: boolean;
    }
  | { kind: 'stranger opens a door'; lock: number }
  | { kind: 'house rules'; rules: HouseRules | string }
  | { kind: 'operator approves' | 'operator rejects'; which: number; of: 'all' | 'a person' | 'a line' }
  | { kind: 'forged webhook'; who: number; shape: number };

export type Happening = { at: number } & (Deed | Fault);
