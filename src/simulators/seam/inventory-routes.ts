// Seam over HTTP: what there is to open. Systems and locks come in one answer, the rest in pages.
import { z } from 'zod';
import type { Route } from '../exchange.ts';
import { done, id, page, pageFields, verb } from './answers.ts';
import type { SeamParts } from './parts.ts';

const deviceFields = { device_ids: z.array(id).optional(), connected_account_id: id.optional() };
type DeviceFields = z.output<z.ZodObject<typeof deviceFields>>;

export function inventoryRoutes({ workspace, views, pageSize }: SeamParts): Route[] {
  const devices = ({ device_ids: ids, connected_account_id: account }: DeviceFields) =>
    [...workspace.devices.values()].filter(
      (device) => (ids?.includes(device.id) ?? true) && (account ?? workspace.accountId) === workspace.accountId,
    );

  return [
    verb('/acs/systems/list', z.object({}), () => done({ acs_systems: [views.system()] })),

    verb('/acs/entrances/list', z.object({ acs_system_id: id.optional(), ...pageFields }), (given, request) => {
      const { acs_system_id: system = workspace.systemId, limit = pageSize, page_cursor } = given;
      const entrances = system === workspace.systemId ? workspace.entrances.values() : [];
      return page(request, 'acs_entrances', entrances, views.entrance, { limit, page_cursor });
    }),

    verb('/locks/list', z.object(deviceFields), (given) => {
      const listed = devices(given).map(views.device);
      return done({ locks: listed, devices: listed });
    }),

    verb('/devices/list', z.object({ ...deviceFields, ...pageFields }), (given, request) => {
      const { limit = pageSize, page_cursor } = given;
      return page(request, 'devices', devices(given), views.device, { limit, page_cursor });
    }),

    verb('/spaces/list', z.object(pageFields), ({ limit = pageSize, page_cursor }, request) =>
      page(request, 'spaces', workspace.spaces.values(), views.space, { limit, page_cursor }),
    ),
  ];
}
