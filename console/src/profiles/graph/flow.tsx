import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getStraightPath,
  Handle,
  type Node,
  type NodeProps,
  Position,
} from '@xyflow/react';
import { texts } from '#console/texts/index.ts';
import { namedIdentity } from '../model.ts';
import type { DrawnIdentity, Line } from './elements.ts';
import type { Drawing, Placed } from './layout.ts';

const t = texts.profiles.graph.drawing;
const LETTERS: Readonly<Record<string, string>> = {
  CROSS_DEVICE: 'C',
  EMAIL: 'E',
  PHONE: 'P',
  DEVICE: 'D',
  COOKIE: 'K',
};
/** Of a value only its end is drawn. */
const SHOWN_CHARACTERS = 6;
const DAY_MS = 86_400_000;
const MAX_WIDTH = 3;

interface View {
  /** Where the keyboard is. */
  readonly at: string;
  readonly selected: string | undefined;
  readonly now: string;
}

type ElementNode = Node<{ readonly element: Placed; readonly form: Drawing['form']['name'] }, 'element'>;

/** A drawing as React Flow takes it. */
export function flowOf(drawing: Drawing, view: View): { nodes: ElementNode[]; edges: Edge[] } {
  const names = new Map(drawing.placed.map((element) => [element.id, nameOf(element)]));
  return {
    nodes: drawing.placed.map((element) => nodeOf(element, drawing, view)),
    edges: drawing.lines.map((line) => edgeOf(line, t.link(names.get(line.a) ?? '', names.get(line.b) ?? ''), view)),
  };
}

function nodeOf(element: Placed, { form, lines }: Drawing, view: View): ElementNode {
  const links = lines.filter(({ a, b, removed }) => !removed && (a === element.id || b === element.id)).length;
  return {
    id: element.id,
    type: 'element',
    position: { x: element.x - form.width / 2, y: element.y - form.height / 2 },
    width: form.width,
    height: form.height,
    // What has not been measured loses its lines for a moment whenever it is drawn again, and they lose the focus.
    measured: { width: form.width, height: form.height },
    selected: view.selected === element.id,
    data: { element, form: form.name },
    ariaLabel: t.element(nameOf(element), links),
    ariaRole: 'button',
    domAttributes: { tabIndex: view.at === element.id ? 0 : -1 },
  };
}

function edgeOf(line: Line, name: string, { at, selected, now }: View): Edge {
  const isSelected = selected === line.id;
  const kind = line.removed ? 'removed' : ageOf(line, now);
  return {
    id: line.id,
    type: 'line',
    source: line.a,
    target: line.b,
    selected: isSelected,
    className: kind,
    style: { strokeWidth: Math.min(MAX_WIDTH, Math.max(1, datasetsOf(line).length)) },
    interactionWidth: 24,
    ...(isSelected && { label: line.removed ? t.isRemoved : datasetsOf(line).join(', ') }),
    ariaLabel: line.removed ? t.removedLink(name) : name,
    ariaRole: 'button',
    domAttributes: { tabIndex: at === line.id ? 0 : -1 },
  };
}

export const datasetsOf = ({ links }: Line): string[] => [...new Set(links.flatMap(({ datasets }) => datasets))].sort();

function ageOf({ links }: Line, now: string): 'fresh' | 'recent' | 'old' {
  const days = (Date.parse(now) - Math.max(...links.map(({ lastSeen }) => Date.parse(lastSeen)))) / DAY_MS;
  if (days < 7) return 'fresh';
  return days < 90 ? 'recent' : 'old';
}

/** An element in words. */
export const nameOf = ({ identities }: { readonly identities: readonly DrawnIdentity[] }): string =>
  identities.length > 1 ? t.fold(identities[0]!.namespace, identities.length) : namedIdentity(identities[0]!);

function endOf({ value }: DrawnIdentity): string {
  if (value === undefined) return texts.profiles.masked;
  const characters = [...value];
  return characters.length > SHOWN_CHARACTERS ? `…${characters.slice(-SHOWN_CHARACTERS).join('')}` : value;
}

function Element({ data: { element, form } }: NodeProps<ElementNode>) {
  const [first, ...more] = element.identities;
  const letter = LETTERS[first!.kind] ?? first!.namespace.slice(0, 1).toUpperCase();
  const text = more.length > 0 ? nameOf(element) : endOf(first!);
  return (
    <div
      className="element"
      data-form={form}
      data-kind={first!.kind}
      data-apart={first!.isApart}
      title={nameOf(element)}
    >
      <Handle type="source" position={Position.Top} isConnectable={false} />
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <span className="letter" aria-hidden="true">
        {letter}
      </span>
      <span className="words">
        {more.length === 0 && <span className="namespace">{first!.namespace}</span>}
        <span className="end">{text}</span>
      </span>
    </div>
  );
}

export const NODE_TYPES = { element: Element };

function StraightLine({ label, style, interactionWidth, ...ends }: EdgeProps) {
  const [path, x, y] = getStraightPath(ends);
  return (
    <>
      <BaseEdge path={path} {...(style && { style })} {...(interactionWidth !== undefined && { interactionWidth })} />
      {label && (
        <EdgeLabelRenderer>
          <div className="said" style={{ transform: `translate(${x}px, ${y}px) translate(-50%, -50%)` }}>
            {label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

export const EDGE_TYPES = { line: StraightLine };
