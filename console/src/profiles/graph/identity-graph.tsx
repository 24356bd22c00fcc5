import '@xyflow/react/dist/base.css';
import './identity-graph.css';
import { Stack, Text } from '@mantine/core';
import { ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { texts } from '#console/texts/index.ts';
import type { Graph } from '../model.ts';
import { EDGE_TYPES, flowOf, NODE_TYPES } from './flow.tsx';
import { type Drawing, drawingOf } from './layout.ts';
import { Panel } from './panel.tsx';
import { type Stand, stepped } from './steps.ts';

const t = texts.profiles.graph.drawing;
/** Between the middles of two cards. */
const MAX_BESIDE = 400;
const WHOLE = { padding: 0.05, maxZoom: 1 };

/** The identities and links of a person as a picture; the tables beside it say the same. */
export default function IdentityGraph({ graph }: { readonly graph: Graph }) {
  const [opened, open] = useState<ReadonlySet<string>>(new Set());
  const drawing = useMemo(() => drawingOf(graph, opened), [graph, opened]);
  if (!drawing) return <Text c="dimmed">{t.tooMany(graph.nodes.length)}</Text>;
  return <Picture graph={graph} drawing={drawing} unfold={(id) => open(new Set([...opened, id]))} />;
}

/** Too wide to be read beside a table. */
const isWide = ({ placed, form }: Drawing): boolean =>
  form.name === 'disc' || Math.max(...placed.map(({ x }) => x)) - Math.min(...placed.map(({ x }) => x)) > MAX_BESIDE;

interface PictureProps {
  readonly graph: Graph;
  readonly drawing: Drawing;
  readonly unfold: (id: string) => void;
}

function Picture({ graph, drawing, unfold }: PictureProps) {
  const [stand, setStand] = useState<Stand>();
  const [selected, select] = useState<string>();
  const [flow, setFlow] = useState<ReactFlowInstance>();
  const [box, after] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  const wasUnfolded = useRef(false);
  const known = [...drawing.placed, ...drawing.lines].some(({ id }) => id === stand?.id);
  const at = (known ? stand : undefined) ?? { id: drawing.placed[0]?.id ?? '' };
  const shape = drawing.placed.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the whole is shown again where there is more or less of it
  useEffect(() => {
    void flow?.fitView(WHOLE);
    // What was folded is drawn a moment later.
    if (wasUnfolded.current) requestAnimationFrame(() => focus(at.id));
    wasUnfolded.current = false;
  }, [flow, shape]);

  const focus = (id: string) => box.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
  const choose = (id: string) => {
    const [first, ...more] = drawing.placed.find((one) => one.id === id)?.identities ?? [];
    if (first && more.length > 0) {
      wasUnfolded.current = true;
      setStand({ id: first.id });
      unfold(id);
    } else {
      setStand(stand?.id === id ? stand : { id });
      select(id);
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') choose(at.id);
    else if (event.key.startsWith('Arrow')) {
      const next = stepped(drawing, at, event.key);
      setStand(next);
      focus(next.id);
    } else if (event.key === 'Escape') {
      select(undefined);
      after.current?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <Stack gap="xs">
      <div
        ref={box}
        className="identity-graph"
        data-form={drawing.form.name}
        data-wide={isWide(drawing)}
        onKeyDownCapture={pressed}
      >
        <ReactFlow
          aria-label={t.name(graph.nodes.length, graph.links.length)}
          {...flowOf(drawing, { at: at.id, selected, now: graph.asOf })}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onInit={setFlow}
          onNodeClick={(_, { id }) => choose(id)}
          onEdgeClick={(_, { id }) => choose(id)}
          onPaneClick={() => select(undefined)}
          proOptions={{ hideAttribution: true }}
          minZoom={0.2}
          maxZoom={2}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          disableKeyboardA11y
          fitView
          fitViewOptions={WHOLE}
        />
      </div>
      <div ref={after} tabIndex={-1}>
        <Text size="xs" c="dimmed">
          {graph.links.length + graph.removed.length === 0 ? texts.profiles.graph.noLinks : t.keys}
        </Text>
      </div>
      <Panel drawing={drawing} selected={selected} />
    </Stack>
  );
}
