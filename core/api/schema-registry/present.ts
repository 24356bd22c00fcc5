import type { HttpCall } from '../http.ts';
import { resolved } from './resolve.ts';
import { altIdOf, extendsOf, type Registry, type Resource } from './resources.ts';

/** Which of AEP's forms an answer has, by the `Accept` header: `application/vnd.adobe.xed-full+json; version=1`. */
export interface Form {
  /** `id`: what tells resources apart; `link`: the same with addresses; `whole`. */
  readonly shown: 'id' | 'link' | 'whole';
  /** Whether references are resolved. */
  readonly isFull: boolean;
  readonly hasTexts: boolean;
  readonly hasDescriptors: boolean;
  /** Whether a list of descriptors is a list, and not one for each type. */
  readonly isSecond: boolean;
}

/** The form that a request asks for. @param usually what is shown where it does not say */
export function formOf({ headers }: HttpCall, usually: Form['shown']): Form {
  const words = /application\/vnd\.adobe\.x[de][md]([\w-]*)\+json/.exec(headers.accept ?? '')?.[1]?.split('-');
  const has = (word: string): boolean => words?.includes(word) ?? false;
  return {
    shown: has('id') ? 'id' : has('link') ? 'link' : words === undefined ? usually : 'whole',
    isFull: has('full'),
    hasTexts: !has('notext'),
    hasDescriptors: has('desc'),
    isSecond: has('v2'),
  };
}

/** What is said of a resource in lists; titles are texts that people have to have. */
export const summaryOf = ({ $id, definition }: Resource) => ({
  $id,
  'meta:altId': altIdOf($id),
  version: VERSION,
  title: titleOf($id, definition),
});

const VERSION = '1.0';

const titleOf = ($id: string, { title }: Readonly<Record<string, unknown>>): string =>
  typeof title === 'string' && title !== '' ? title : ($id.split('/').filter(Boolean).at(-1) ?? $id);

const TEXTS = new Set(['title', 'description', 'meta:titleId', 'meta:descriptionId']);

/** A resource as AEP's registry tells it. */
export function present(resource: Resource, registry: Registry, form: Form, imsOrg: string): object {
  const { $id, type, container, definition } = resource;
  const { $id: _, ...own } = form.isFull ? resolved(definition, registry) : definition;
  const whole = {
    ...own,
    ...summaryOf(resource),
    'meta:resourceType': type === 'fieldgroups' ? 'mixins' : type,
    type: 'object',
    'meta:containerId': container,
    ...(container === 'tenant' && { imsOrg, 'meta:tenantNamespace': `_${registry.tenant}` }),
    'meta:extensible': type !== 'schemas',
    'meta:abstract': type !== 'schemas' && type !== 'behaviors',
    'meta:extends': extendsOf(resource),
    'meta:xdmType': 'object',
  };
  if (form.hasTexts) return whole;
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !TEXTS.has(name) && name !== $id));
}
