import { describe, expect, it } from 'vitest';
import { createDryRun } from '../../src/locks/dry-run.ts';
import { memoryLocks } from './memory-locks.ts';

const user = { id: 'ada', email: 'ada@example.com', name: 'Ada', externalId: null };
const grant = { id: 'g1', lockUserId: 'ada', lockId: 'front', from: null, until: null, note: null };

describe('the dry run', () => {
  it('lets every read through', async () => {
    const dry = createDryRun(memoryLocks([user], [grant]));

    expect(await dry.users()).toEqual([user]);
    expect(await dry.user('ada')).toEqual(user);
    expect(await dry.userByEmail('ADA@example.com')).toEqual(user);
    expect(await dry.grants({ lockUserId: 'ada' })).toEqual([grant]);
    expect(await dry.locks()).toHaveLength(1);
    expect(await dry.openingsSince(0)).toEqual([]);
  });

  it('lets no write through, whichever it is', async () => {
    const world = memoryLocks([user], [grant]);
    const dry = createDryRun(world);

    await expect(dry.createUser({ email: 'b@example.com', name: 'B', externalId: 'x' })).rejects.toThrow('dry run');
    await expect(dry.updateUser('ada', { name: 'Countess' })).rejects.toThrow('dry run');
    await expect(dry.deleteUser('ada')).rejects.toThrow('dry run');
    await expect(dry.addGrant({ ...grant, note: 'n' })).rejects.toThrow('dry run');
    await expect(dry.removeGrant('g1')).rejects.toThrow('dry run');

    expect(world.writes).toEqual([]);
    expect(world.allUsers).toEqual([user]);
    expect(world.allGrants).toEqual([grant]);
  });
});
