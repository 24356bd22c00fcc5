import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { follow, type Node } from '#core/schema/field-tree.ts';
import { isObject } from '#core/util/is-object.ts';
import { fragmentSteps } from '#core/util/pointer.ts';
import { PARTS } from '../compose.ts';
import type { Findings, Loaded } from '../loaded.ts';

/** Something that a value has to fit, with the schema or part of one that says so. */
interface Must {
  readonly node: Node;
  /** Where a local `$ref` starts. */
  readonly root: Node;
  readonly of: string;
}

const DEEPEST = 16;
/** A schema that contains itself has no end; the fields near its top are looked at. */
const MAX_FIELDS = 10_000;

/**
 * A schema has one class, and the field groups that it is put together from do not contradict each other: a field that is
 * a number in one and text in another is one that no record can have (aep.md §1.1).
 */
export function checkContradictions(
  loaded: Loaded<unknown>,
  schema: SchemaDefinition,
  byId: ReadonlyMap<string, SchemaDefinition>,
  findings: Findings,
): void {
  let fields = 0;
  const visit = (musts: readonly Must[], steps: readonly string[], path: readonly string[]): void => {
    const met = new Set<Node>();
    const all = musts.flatMap((must) => withAll(must, byId, met));
    if (steps.length === 0) checkClass(loaded, schema, all, findings);
    const typed = all.filter(({ node }) => node.type !== undefined);
    if (typed.length > 1 && typed.reduce<string[]>((left, { node }) => both(left, typesOf(node)), ANY).length === 0) {
      const said = new Set(typed.map(({ node, of }) => `${typesOf(node).join(' or ')} in ${of}`));
      findings.at(loaded, path, `no value fits "${steps.join('.')}": it is ${[...said].join(', and ')}`, {
        expected: 'one type in everything the schema is put together from',
      });
      return;
    }
    fields += 1;
    if (steps.length >= DEEPEST || fields > MAX_FIELDS) return;
    for (const name of new Set(all.flatMap(({ node }) => Object.keys(propertiesOf(node))))) {
      const below = all.flatMap((must) => inside(must, propertiesOf(must.node)[name]));
      visit(below, [...steps, name], [...path, 'properties', name]);
    }
    const items = all.flatMap((must) => inside(must, must.node.items));
    if (items.length > 0) visit(items, [...steps, '[*]'], [...path, 'items']);
  };
  visit([{ node: schema as Node, root: schema as Node, of: schema.$id }], [], []);
}

function checkClass(loaded: Loaded<unknown>, schema: SchemaDefinition, all: readonly Must[], findings: Findings): void {
  const own = schema['meta:class'];
  for (const other of new Set(all.map(({ of }) => of))) {
    if (other === own || (other !== PROFILE_CLASS && other !== EXPERIENCE_EVENT_CLASS)) continue;
    findings.at(loaded, ['meta:class'], `the schema is put together from another class too: ${other}`, {
      expected: 'one class a schema',
    });
  }
}

/** A schema and what has to fit together with it; alternatives (`anyOf`, `oneOf`) do not have to. */
function withAll(must: Must, byId: ReadonlyMap<string, SchemaDefinition>, met: Set<Node>): Must[] {
  const { node, root, of } = must;
  if (met.has(node)) return [];
  met.add(node);
  const { $ref } = node;
  const target = typeof $ref === 'string' ? follow($ref, root, byId as ReadonlyMap<string, Node>) : undefined;
  const members = Array.isArray(node.allOf) ? node.allOf.filter(isObject) : [];
  return [
    must,
    ...(target ? withAll({ ...target, of: ownerOf($ref as string) ?? of }, byId, met) : []),
    ...members.flatMap((member) => withAll({ node: member, root, of }, byId, met)),
  ];
}

/** The `$id` of what a reference leads to, if that is not the schema it stands in. */
function ownerOf(reference: string): string | undefined {
  const [id, fragment = ''] = reference.split('#', 2);
  const [first, part] = fragmentSteps(fragment);
  return id !== '' ? id : first === PARTS ? part : undefined;
}

const inside = ({ root, of }: Must, node: unknown): Must[] => (isObject(node) ? [{ node, root, of }] : []);
const propertiesOf = ({ properties }: Node): Node => (isObject(properties) ? properties : {});

const ANY = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
const typesOf = ({ type }: Node): string[] => [type].flat() as string[];
/** Types that both allow; whole numbers are numbers. */
const both = (x: readonly string[], y: readonly string[]): string[] => [
  ...x.filter((type) => y.includes(type) || (type === 'integer' && y.includes('number'))),
  ...y.filter((type) => type === 'integer' && !x.includes(type) && x.includes('number')),
];
