import {bootStateFile} from '../boot/boot-state.ts';
import type {DeploymentSet} from './deployment.ts';
import {type Unpullable, unpullableWarning, whyUnpullable} from './image-reference.ts';
import type {ImageReference} from './origin.ts';
import {keptRecoveryKey} from './root-encryption.ts';
import type {GrowthProblem} from './root-growth.ts';
import {bootHealth, deploymentStates} from './states.ts';

export interface StatusWarning {
	/** Stable. */
	readonly code: string;
	readonly message: string;
	readonly hint: string;
}

/** What a person should know about a running deployment without asking; nothing for other systems. */
export function statusWarnings(set: DeploymentSet, verityEnforced: boolean): StatusWarning[] {
	const {booted, staged} = deploymentStates(set);
	if (booted === undefined) return [];
	const image = (staged ?? booted).origin?.image;
	return [
		...(image === undefined ? [] : referenceWarnings(image)),
		...(verityEnforced ? [] : [verityWarning]),
		...(set.entries === undefined ? [unknownBootState] : []),
		...(bootHealth(set, booted) === 'not-bootable' ? [withoutEntry(booted.id)] : []),
	];
}

/** Why no machine but one can pull an image. Only registries are for more than one. */
export function whyUnreachable({image, transport}: ImageReference): Unpullable | undefined {
	return transport === 'registry' ? whyUnpullable(image) : undefined;
}

function referenceWarnings(image: ImageReference | null): StatusWarning[] {
	if (image === null) return [noReference];
	const reason = whyUnreachable(image);
	return reason === undefined ? [] : [unpullableWarning(image.image, reason, 'install again')];
}

const noReference: StatusWarning = {
	code: 'no-reference',
	message: 'it is not known where updates of this machine come from',
	hint: 'Push the image to a registry, and install again with --target-image REGISTRY/NAME:TAG.',
};

const verityWarning: StatusWarning = {
	code: 'verity-not-enforced',
	message: 'fs-verity is not enforced: damaged or changed system files go unnoticed',
	hint: 'Install on ext4 or btrfs, which have fs-verity; until then slipway verify finds such files.',
};

const unknownBootState: StatusWarning = {
	code: 'boot-state-unknown',
	message: `what the next boot does is not known, for ${bootStateFile} is missing`,
	hint: 'It is written at boot; look for the reason with systemctl --failed.',
};

/** @param problem of the machine's settings, from when the running system was checked */
export function healthSettingsWarning(problem: string): StatusWarning {
	return {
		code: 'health-settings',
		message: `the machine's time limits of health checks are not used: ${problem}`,
		hint: 'Correct it, and try it with slipway health; they are read again at the next boot.',
	};
}

export function growthWarning({message, hint}: GrowthProblem): StatusWarning {
	return {
		code: 'root-not-grown',
		message: `the root does not have all of its disk yet: ${message}`,
		hint,
	};
}

/** Whoever can read it there needs it no more. */
export const recoveryKeyWarning: StatusWarning = {
	code: 'recovery-key-kept',
	message: `the recovery key of the encrypted root is nowhere but on it, in ${keptRecoveryKey}`,
	hint: 'As root, copy it to where it is found when this machine does not start, and delete the file.',
};

function withoutEntry(id: string): StatusWarning {
	return {
		code: 'booted-without-entry',
		message: `the running deployment ${id} has no loader entry, so this machine may not boot again`,
		hint: 'Look at loader/entries on the boot partition: is it the one this machine booted from?',
	};
}
