// Why a database is not opened: each ends the start with a sentence that a person can act on. None ever holds a password.

/** Another process has it open: SQLite is for one process. */
export class DatabaseInUseError extends Error {
  readonly code = 'database_in_use';
  readonly file: string;
  /** "process 4711 on host relay-1", as far as it can be told. */
  readonly holder: string;

  constructor(file: string, holder: string, options: { cause: unknown }) {
    super(
      `The database ${file} is in use by ${holder}. Only one process can have it open: stop that one first, ` +
        'or give this one another DATA_DIR.',
      options,
    );
    this.name = 'DatabaseInUseError';
    this.file = file;
    this.holder = holder;
  }
}

/** Made or migrated by a newer version: this one would misread it. */
export class DatabaseTooNewError extends Error {
  readonly code = 'database_too_new';
  readonly migrations: readonly string[];

  constructor(migrations: readonly string[]) {
    super(
      `The database was made by a newer version of the relay (it has ${migrations.join(', ')}, which this version does ` +
        'not know). Nothing was changed. Start that version or a later one, or give this one another database.',
    );
    this.name = 'DatabaseTooNewError';
    this.migrations = migrations;
  }
}

/** It is there, and cannot be read or written; or it is not there at all. */
export class DatabaseUnusableError extends Error {
  readonly code = 'database_unusable';

  constructor(place: string, { why, advice, cause }: { why?: string; advice: string; cause?: unknown }) {
    const words = why ?? (cause instanceof Error ? cause.message : String(cause));
    super(`The database ${place} cannot be used: ${words}. ${advice}`, { cause });
    this.name = 'DatabaseUnusableError';
  }
}
