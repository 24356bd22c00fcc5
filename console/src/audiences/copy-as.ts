import { notifications } from '@mantine/notifications';
import { session } from '#console/api/session.ts';
import { texts } from '#console/texts/index.ts';
import type { Definition } from './model.ts';
import { yamlOf } from './yaml.ts';

/** An action of the screen in the forms in which a terminal or a program does it. */
export const copyAs = {
  command: (id: string) => copy(`tributary segment estimate ${id} --stage ${session.current()?.stage ?? 'local'}`),
  yaml: (definition: Definition) => copy(yamlOf(definition)),
  request: (definition: Definition) =>
    copy(
      [
        `curl -X PUT ${location.origin}/tributary/definitions/segments/${definition.id} \\`,
        `  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
        `  -d '${JSON.stringify(definition).replaceAll("'", `'\\''`)}'`,
      ].join('\n'),
    ),
  link: (id: string) => copy(`${location.origin}/console/audiences/${encodeURIComponent(id)}/definition`),
};

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  notifications.show({ message: texts.audiences.copied });
}
