// The benchmarks that there are, in the order in which they are run.
import { acknowledging } from './acknowledging.ts';
import { deciding } from './deciding/deciding.ts';
import { eventToEffect } from './event-to-effect.ts';
import { fixedRate } from './fixed-rate/fixed-rate.ts';
import { footprint } from './footprint.ts';
import { frugality } from './frugality/frugality.ts';
import type { Benchmark } from './report.ts';

export const benchmarks: readonly Benchmark[] = [
  acknowledging,
  fixedRate,
  eventToEffect,
  deciding,
  frugality,
  footprint,
];
