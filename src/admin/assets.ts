// The stylesheet, the script and the icon of the page: three files of our own, read once. Their names carry what is in them,
// so that a browser may keep them for ever and never shows a new page in an old dress.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

const FILES = {
  style: { name: 'style.css', type: 'text/css; charset=utf-8' },
  script: { name: 'script.js', type: 'text/javascript; charset=utf-8' },
  icon: { name: 'icon.svg', type: 'image/svg+xml' },
} as const;

export type AssetLinks = Record<keyof typeof FILES, string>;
export type Assets = {
  links: AssetLinks;
  /** false: there is none of that name. */
  answer(name: string, response: ServerResponse): boolean;
};

export function readAssets(): Assets {
  const read = ({ name, type }: (typeof FILES)[keyof typeof FILES]) => {
    const content = readFileSync(new URL(`assets/${name}`, import.meta.url));
    const version = createHash('sha256').update(content).digest('hex').slice(0, 12);
    return { link: `assets/${version}-${name}`, type, content };
  };
  const files = { style: read(FILES.style), script: read(FILES.script), icon: read(FILES.icon) };
  const byName = new Map(Object.values(files).map((file) => [file.link, file]));
  return {
    links: { style: files.style.link, script: files.script.link, icon: files.icon.link },
    answer(name, response) {
      const file = byName.get(`assets/${name}`);
      if (!file) return false;
      response.setHeader('Content-Type', file.type);
      response.setHeader('Content-Length', file.content.length);
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      response.end(file.content);
      return true;
    },
  };
}
