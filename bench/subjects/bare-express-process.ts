// What nothing can be faster than: a bare Express app that reads the JSON, does nothing, stores nothing, and answers 204.
import express from 'express';
import { listenOnAnyPort } from './listen.ts';

const app = express();
app.use(express.json());
app.post('/{*path}', (_request, response) => {
  response.status(204).end();
});

await listenOnAnyPort(app);
