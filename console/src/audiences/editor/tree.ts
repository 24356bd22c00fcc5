import type { Block, Group, Join } from '#core/segmentation/blocks/model.ts';

/** A block that stands in a place which keeps its name while others around it change. */
export type Node = GroupNode | LeafNode;
export type Leaf = Exclude<Block, Group>;

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly join: Join;
  readonly not: boolean;
  readonly items: readonly Node[];
}

export interface LeafNode {
  readonly kind: 'leaf';
  readonly id: string;
  readonly block: Leaf;
}

/** Groups inside of groups that can be made on the screen; a rule that was written may have more. */
export const MAX_DEPTH = 3;

/** Gives names that are not used yet. */
export type NewId = () => string;

/** Blocks as a tree whose root is a group, so that there is always a place for another one. */
export function treeOf(block: Block | undefined, newId: NewId): GroupNode {
  const node = block && nodeOf(block, newId);
  if (node?.kind === 'group') return node;
  return { kind: 'group', id: newId(), join: 'all', not: false, items: node ? [node] : [] };
}

function nodeOf(block: Block, newId: NewId): Node {
  if (block.kind !== 'group') return { kind: 'leaf', id: newId(), block };
  const { join, not, items } = block;
  return { kind: 'group', id: newId(), join, not, items: items.map((item) => nodeOf(item, newId)) };
}

/** The blocks of a tree; groups without anything say nothing. @returns undefined where nothing is said at all */
export function blockOf(node: Node): Block | undefined {
  if (node.kind === 'leaf') return node.block;
  const items = node.items.map(blockOf).filter((item) => item !== undefined);
  return items.length === 0 ? undefined : { kind: 'group', join: node.join, not: node.not, items };
}

/** What can be done with a tree. */
export type Edit =
  | { readonly do: 'add'; readonly to: string; readonly block: Leaf }
  | { readonly do: 'addGroup'; readonly to: string }
  | { readonly do: 'replace'; readonly id: string; readonly block: Leaf }
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'join'; readonly id: string; readonly join: Join }
  | { readonly do: 'not'; readonly id: string; readonly not: boolean }
  /** Puts a block into a group of its own. */
  | { readonly do: 'group'; readonly id: string }
  /** Puts what is in a group in its place. */
  | { readonly do: 'ungroup'; readonly id: string }
  | { readonly do: 'move'; readonly id: string; readonly by: 1 | -1 };

/** The tree after an edit; the very same where there is nothing to do. */
export function edited(root: GroupNode, edit: Edit, newId: NewId): GroupNode {
  switch (edit.do) {
    case 'add':
      return inGroup(root, edit.to, (group) => withItem(group, { kind: 'leaf', id: newId(), block: edit.block }));
    case 'addGroup':
      return inGroup(root, edit.to, (group) => withItem(group, emptyGroup(newId(), other(group.join))));
    case 'replace':
      return inPlace(root, edit.id, (node) => (node.kind === 'leaf' ? [{ ...node, block: edit.block }] : [node]));
    case 'remove':
      return inPlace(root, edit.id, () => []);
    case 'join':
      return inGroup(root, edit.id, (group) => ({ ...group, join: edit.join }));
    case 'not':
      return inGroup(root, edit.id, (group) => ({ ...group, not: edit.not }));
    case 'group':
      return inPlace(root, edit.id, (node) => [{ ...emptyGroup(newId(), 'any'), items: [node] }]);
    case 'ungroup':
      return inPlace(root, edit.id, (node) => (node.kind === 'group' && !node.not ? node.items : [node]));
    case 'move':
      return moved(root, edit.id, edit.by);
  }
}

const other = (join: Join): Join => (join === 'all' ? 'any' : 'all');
const emptyGroup = (id: string, join: Join): GroupNode => ({ kind: 'group', id, join, not: false, items: [] });
const withItem = (group: GroupNode, item: Node): GroupNode => ({ ...group, items: [...group.items, item] });

function inGroup(group: GroupNode, id: string, change: (group: GroupNode) => GroupNode): GroupNode {
  if (group.id === id) return change(group);
  const items = group.items.map((item) => (item.kind === 'group' ? inGroup(item, id, change) : item));
  return isSame(items, group.items) ? group : { ...group, items };
}

function inPlace(group: GroupNode, id: string, change: (node: Node) => readonly Node[]): GroupNode {
  const items = group.items.flatMap((item) => {
    if (item.id === id) return change(item);
    return item.kind === 'group' ? [inPlace(item, id, change)] : [item];
  });
  return isSame(items, group.items) ? group : { ...group, items };
}

const isSame = (x: readonly Node[], y: readonly Node[]): boolean =>
  x.length === y.length && x.every((item, i) => item === y[i]);

function moved(group: GroupNode, id: string, by: 1 | -1): GroupNode {
  const at = group.items.findIndex((item) => item.id === id);
  if (at < 0) {
    const items = group.items.map((item) => (item.kind === 'group' ? moved(item, id, by) : item));
    return isSame(items, group.items) ? group : { ...group, items };
  }
  const to = at + by;
  if (to < 0 || to >= group.items.length) return group;
  return { ...group, items: group.items.with(at, group.items[to]!).with(to, group.items[at]!) };
}
