// Preloaded into a relay on purpose (NODE_OPTIONS=--import): changes one line of its source as it is loaded, so that a
// crash run can be seen to find what it is for. BREAK names which.
import { registerHooks } from 'node:module';
import { BREAKS } from './breaks.ts';

const wanted = BREAKS.find(({ name }) => name === process.env['BREAK']);
if (!wanted) throw new Error(`there is no way to break the relay called ${process.env['BREAK']}`);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(wanted.file)) return loaded;
    const text = String(loaded.source);
    if (!text.includes(wanted.find)) throw new Error(`${wanted.file} does not say: ${wanted.find}`);
    return { ...loaded, source: text.replace(wanted.find, wanted.put) };
  },
});
