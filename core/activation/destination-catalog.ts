import type { DestinationDefinition } from './definition.ts';

/** The catalog, as far as deliveries are concerned with it. */
export interface DestinationCatalog {
  current(): Promise<{
    readonly destinations: ReadonlyMap<string, DestinationDefinition>;
    readonly segmentDefinitions?: ReadonlyMap<string, { readonly name?: string | undefined }>;
  }>;
}

/**
 * The definition of a destination, read anew from the catalog active.
 * @throws Error where there is none of that type: the message waits until the catalog has it, or becomes a dead letter
 */
export async function destinationOf<T extends DestinationDefinition['type']>(
  catalog: DestinationCatalog,
  id: string,
  type: T,
): Promise<Extract<DestinationDefinition, { type: T }>> {
  const destination = (await catalog.current()).destinations.get(id);
  if (destination?.type === type) return destination as Extract<DestinationDefinition, { type: T }>;
  const found = destination ? `it is of type "${destination.type}"` : 'it is not there';
  throw new Error(
    `Destination "${id}": the catalog should define it with type "${type}", but ${found}. Publish the definition and redrive the dead letters.`,
  );
}
