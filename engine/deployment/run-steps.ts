import type {BootLoader} from '../boot/boot-loader.ts';
import {removeDeployment, writeOrigin} from './state-directory.ts';
import type {Step} from './step.ts';

/** Where a machine keeps its deployments. */
export interface DeploymentPlaces {
	/** Mount point of the file system with `composefs` and `state`: /sysroot. */
	readonly physicalRoot: string;
	readonly bootLoader: BootLoader;
}

/** Does what was decided. Stopped anywhere, what it did so far is harmless. */
export async function runSteps(
	{physicalRoot, bootLoader}: DeploymentPlaces,
	steps: readonly Step[],
): Promise<void> {
	for (const step of steps) {
		switch (step.kind) {
			case 'write-origin':
				await writeOrigin(physicalRoot, step.deployment);
				break;
			case 'write-entry':
				await bootLoader.write(step.entry);
				break;
			case 'set-default':
				await bootLoader.setDefault(step.id);
				break;
			case 'remove-entries':
				await bootLoader.remove(step.ids);
				break;
			case 'remove-state':
				await removeDeployment(physicalRoot, step.id);
		}
	}
}
