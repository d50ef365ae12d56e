import type {DeploymentId} from './id.ts';
import type {ImageReference} from './origin.ts';
import {nextToBoot} from './states.ts';
import type {Transition} from './step.ts';

/** What a change of a machine's deployments did, and what holds after it. It is JSON as it is. */
export interface ChangeReport {
	/** False when all was so already. */
	readonly changed: boolean;
	readonly booted: DeploymentId | null;
	/** Null when nothing can be booted. */
	readonly nextBoot: NextBoot | null;
	/** Deployments that are no more. */
	readonly removed: readonly DeploymentId[];
}

export interface NextBoot {
	readonly id: DeploymentId;
	/** Null when it is not known. */
	readonly image: ImageReference | null;
	/** As the image says. */
	readonly version: string | null;
}

export function reportChange({steps, after}: Transition): ChangeReport {
	const next = nextToBoot(after);
	return {
		changed: steps.length > 0,
		booted: after.bootedId ?? null,
		nextBoot:
			next === undefined
				? null
				: {
						id: next.id,
						image: next.origin?.image ?? null,
						version: next.origin?.imageVersion ?? null,
					},
		removed: steps.flatMap((step) => (step.kind === 'remove-state' ? [step.id] : [])),
	};
}
