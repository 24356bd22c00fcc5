import type { Ajv, FuncKeywordDefinition, ValidateFunction } from 'ajv';
import { ajvOf } from './ajv.ts';
import { type AjvNodes, ANY_NODE, ajvNodes, ONE_NODE, VISIT } from './ajv-nodes.ts';
import type { Bundle } from './bundle.ts';
import type { NodeTraits } from './node-traits.ts';
import { Rest } from './rest.ts';
import type { Steps } from './steps.ts';

/** Where a value is, as ajv tells and wants to be told. */
export type Place = NonNullable<Parameters<ValidateFunction>[1]>;
export const AT_THE_TOP: Place = {
  instancePath: '',
  parentData: {},
  parentDataProperty: '',
  rootData: {},
  dynamicAnchors: {},
};

export interface VisitsOptions {
  /**
   * The number of steps, which most records never take, up to which it is quicker to ask again than to remember.
   * @default 10,000
   */
  readonly rememberFrom?: number;
}

const FEW_STEPS = 10_000;

interface Node extends Pick<NodeTraits, 'isShared'> {
  readonly key: string;
  validate?: ValidateFunction;
  /** The answers about values of this record. */
  known?: Map<object, boolean>;
}

/**
 * Whether values fit nodes. Each node is a function of its own, which stops at the first fault. A node is asked about a
 * value once, however many ways lead from one to the other: in a schema that refers to itself from two of its parts there
 * are twice as many ways with every level. So a record takes no more than schema times record.
 */
export class Visits {
  /** What other schemas have left of a value. */
  readonly rest: Rest;
  readonly #ajv: Ajv;
  readonly #steps: Steps;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #usuallyFrom: number;
  #rememberFrom: number;
  #remembering: Node[] = [];

  /** @param more keywords of the nodes */
  constructor(
    bundle: Bundle,
    traits: ReadonlyMap<string, NodeTraits>,
    steps: Steps,
    more: readonly FuncKeywordDefinition[],
    { rememberFrom = FEW_STEPS }: VisitsOptions = {},
  ) {
    this.#steps = steps;
    this.#usuallyFrom = rememberFrom;
    this.#rememberFrom = rememberFrom;
    this.#nodes = new Map([...traits].map(([key, { isShared }]) => [key, { key, isShared }]));
    this.rest = new Rest(bundle, this, steps);
    const made = ajvNodes(bundle, traits, false);
    const keywords = [...more, ...this.keywords(made)];
    this.#ajv = ajvOf({ bundle, nodes: made.nodes, steps, explains: false, keywords });
    // Whatever can't be compiled is told now, not when a record comes by it.
    for (const key of [bundle.root, ...made.asked]) this.#compiled(this.#nodes.get(key)!);
  }

  fits(key: string, value: unknown, place: Place = AT_THE_TOP): boolean {
    return this.#visit(this.#nodes.get(key)!, value, place);
  }

  /** From now on, until it is forgotten, every answer is remembered. */
  remember(): void {
    this.#rememberFrom = 0;
  }

  /** Another record may follow. */
  forget(): void {
    this.#rememberFrom = this.#usuallyFrom;
    if (this.#remembering.length === 0) return;
    for (const node of this.#remembering) delete node.known;
    this.#remembering = [];
  }

  /** The keywords by which nodes ask about other nodes. */
  keywords({ resting }: AjvNodes): readonly FuncKeywordDefinition[] {
    const visiting: FuncKeywordDefinition = {
      keyword: VISIT,
      schemaType: 'string',
      errors: false,
      compile: (key: string) => {
        const node = this.#nodes.get(key)!;
        return (value, place) => this.#visit(node, value, place!);
      },
    };
    const choosing = (
      keyword: string,
      isRight: (fitting: number) => boolean,
      enough: number,
    ): FuncKeywordDefinition => ({
      keyword,
      schemaType: 'array',
      errors: false,
      compile: (keys: readonly string[]) => {
        const nodes = keys.map((key) => this.#nodes.get(key)!);
        return (value, place) => {
          let fitting = 0;
          for (const node of nodes) {
            if (this.#visit(node, value, place!)) fitting += 1;
            if (fitting === enough) break;
          }
          return isRight(fitting);
        };
      },
    });
    return [
      visiting,
      this.#containing(),
      this.rest.keyword(resting),
      choosing(ANY_NODE, (fitting) => fitting > 0, 1),
      choosing(ONE_NODE, (fitting) => fitting === 1, 2),
    ];
  }

  /**
   * `contains`. ajv's own takes an empty list for one that contains something where it has just looked at another one that
   * does.
   */
  #containing(): FuncKeywordDefinition {
    return {
      keyword: 'contains',
      type: 'array',
      // After "items" with a list, ajv skips what follows for lists that are empty.
      before: 'items',
      schemaType: 'object',
      errors: false,
      compile: ({ $ref }: { readonly $ref: string }, { minContains = 1, maxContains = Number.POSITIVE_INFINITY }) => {
        const node = this.#nodes.get($ref)!;
        return (items: readonly unknown[]) => {
          const count = items.filter((item) => this.#visit(node, item, AT_THE_TOP)).length;
          return count >= minContains && count <= maxContains;
        };
      },
    };
  }

  #visit(node: Node, value: unknown, place: Place): boolean {
    if (!node.isShared || typeof value !== 'object' || value === null || this.#steps.taken < this.#rememberFrom)
      return this.#compiled(node)(value, place);
    if (!node.known) {
      node.known = new Map();
      this.#remembering.push(node);
    }
    const before = node.known.get(value);
    if (before !== undefined) return before;
    const fits = this.#compiled(node)(value, place);
    node.known.set(value, fits);
    return fits;
  }

  #compiled(node: Node): ValidateFunction {
    node.validate ??= this.#ajv.getSchema(node.key)!;
    return node.validate;
  }
}
