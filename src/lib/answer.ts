// How the relay answers over HTTP: JSON, never stored by anybody. Written to the socket as it is, since Express's own
// send() may turn an answer into a 304, and a webhook may never get a 3xx.
import type { ServerResponse } from 'node:http';

export type ErrorAnswer = { status: number; code: string; message: string };

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  answerText(response, status, JSON.stringify(body), 'application/json; charset=utf-8');
}

export function answerError(response: ServerResponse, { status, code, message }: ErrorAnswer): void {
  answerJson(response, status, { error: { code, message } });
}

export function answerText(response: ServerResponse, status: number, text: string, contentType: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(text);
}
