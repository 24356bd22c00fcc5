import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { CopyIcon } from '@primer/octicons-react';
import { texts } from '#console/texts/index.ts';

interface Props {
  /** `tributary segment estimate cart-abandoners`. */
  readonly command?: string;
  /** As it stands in a catalog folder. */
  readonly yaml?: string;
  /** What the page itself asks: its token stands there as `$TOKEN`. */
  readonly request?: { readonly method?: string; readonly path: string; readonly body?: unknown };
  readonly size?: 'xs' | 'sm';
}

/** What a screen shows or does, for the terminal, a file, a program and a colleague. */
export function CopyAs({ command, yaml, request, size = 'sm' }: Props) {
  const ways = [
    command !== undefined && ([texts.copy.command, () => command] as const),
    yaml !== undefined && ([texts.copy.yaml, () => yaml] as const),
    request && ([texts.copy.request, () => asCurl(request)] as const),
    [texts.copy.link, () => location.href] as const,
  ].filter((way) => way !== false && way !== undefined);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size={size} leftSection={<CopyIcon size={14} />}>
          {texts.copy.label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ways.map(([label, textOf]) => (
          <Menu.Item key={label} onClick={() => void copy(textOf())}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  notifications.show({ message: texts.copy.done, autoClose: 2_000 });
}

/** A request as a line for a shell. */
export function asCurl({ method = 'GET', path, body }: NonNullable<Props['request']>): string {
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(`${location.origin}${path}`)}`,
    '-H "Authorization: Bearer $TOKEN"',
  ];
  if (body !== undefined) lines.push(`-H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`);
  return lines.join(' \\\n  ');
}

/** Whatever stands in it, a shell takes it as it is. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
