// The JSON Schema of access.yaml, made of the schema that reads it, so that editors complete, check and explain the file.
// An editor sees numbers where the file is read as text, and cannot know the names of locks, plans and resources.
import { z } from 'zod';
import { policySchema } from './policy.ts';

export function policyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(policySchema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      // Read from text, but written as numbers; and no editor should propose what is there by itself.
      if (zodSchema._zod.def.type === 'prefault') delete jsonSchema.default;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return { ...schema, title: 'access.yaml of the Cobot Access Relay' };
}
