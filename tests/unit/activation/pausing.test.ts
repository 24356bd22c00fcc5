import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { switchLanes } from '#cli/destination/pausing.ts';
import type { Resources } from '#cli/stage/use-stage.ts';

const RESOURCES = {
  functions: JSON.stringify({
    route: 'fn-route',
    'deliver-aam-edge/audience-manager.edge': 'fn-edge',
    'deliver-aam-hub/audience-manager.hub': 'fn-hub',
    'deliver-http/webhook': 'fn-webhook',
  }),
} as Resources;

describe('pausing a destination', () => {
  const mock = mockClient(LambdaClient);
  afterEach(() => {
    mock.reset();
  });

  it.each([false, true])(
    'switches the mappings of its delivery lanes (enabled: %s), and of no other function',
    async (enabled) => {
      mock
        .on(ListEventSourceMappingsCommand)
        .callsFake(({ FunctionName }) => ({ EventSourceMappings: [{ UUID: `mapping of ${FunctionName}` }] }));
      mock.on(UpdateEventSourceMappingCommand).resolves({});
      mock.on(GetEventSourceMappingCommand).resolves({ State: enabled ? 'Enabled' : 'Disabled' });
      const lanes = ['audience-manager.edge', 'audience-manager.hub'];
      expect(await switchLanes(lanes, enabled, RESOURCES)).toBe(2);
      expect(mock.commandCalls(UpdateEventSourceMappingCommand).map(({ args }) => args[0].input)).toEqual([
        { UUID: 'mapping of fn-edge', Enabled: enabled },
        { UUID: 'mapping of fn-hub', Enabled: enabled },
      ]);
    },
  );
});
