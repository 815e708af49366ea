// What the figures were taken on: enough to judge them, and nothing that names the machine or whoever owns it.
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { z } from 'zod';

export type Machine = { cores: number; model: string; memoryGb: number; node: string; express: string };

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    model: processors[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    express: versionOf('express'),
  };
}

function versionOf(name: string): string {
  const text = readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

export function asWords({ cores, model, memoryGb, node, express }: Machine): string {
  return `${cores} cores (${model}), ${memoryGb} GB, Node ${node}, Express ${express}`;
}
