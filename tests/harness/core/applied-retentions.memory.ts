import type { AppliedRetentions } from '#core/profile/ports/applied-retentions.ts';

export class MemoryAppliedRetentions implements AppliedRetentions {
  #retentions: Readonly<Record<string, number>> = {};

  async retentions(): Promise<Readonly<Record<string, number>>> {
    return this.#retentions;
  }

  async writeRetentions(retentions: Readonly<Record<string, number>>): Promise<void> {
    this.#retentions = retentions;
  }
}
