import type {MachineMatch} from '../answers/answers.ts';

/** By what a machine is known. */
export interface MachineFacts {
	readonly serial: string | undefined;
	readonly dmiUuid: string | undefined;
	readonly macs: readonly string[];
}

export interface WipeRequest {
	/** Whether a person named the configuration, or it merely was there: on a volume, in a seed. */
	readonly origin: 'named' | 'found';
	/** Who else lets it wipe: the kernel's command line, or who made what it is embedded in, a medium or an image. */
	readonly permits: {readonly kernelArgument: boolean; readonly embedded: boolean};
	/** Machines that the configuration says it is for. */
	readonly arm: readonly MachineMatch[];
	readonly machine: MachineFacts;
}

export type WipePermission =
	| {readonly mayWipe: true}
	| {readonly mayWipe: false; readonly why: string};

/**
 * Whether a configuration that says so may destroy what a disk holds. A stick that is plugged in must
 * never do that to a machine by itself.
 */
export function mayWipe({origin, permits, arm, machine}: WipeRequest): WipePermission {
	const isPermitted = origin === 'named' || permits.kernelArgument || permits.embedded;
	if (isPermitted || arm.some((match) => isMachine(match, machine))) return {mayWipe: true};
	const why = arm.length === 0 ? 'and names no machine' : 'and is for other machines';
	return {mayWipe: false, why: `the configuration was found, not named, ${why}`};
}

/** A match that says nothing would be one for all machines. */
function isMachine(match: MachineMatch, {serial, dmiUuid, macs}: MachineFacts): boolean {
	const said = [match.serial, match.dmiUuid, match.mac].some((value) => value !== undefined);
	return (
		said &&
		isSame(match.serial, [serial]) &&
		isSame(match.dmiUuid, [dmiUuid]) &&
		isSame(match.mac, macs)
	);
}

function isSame(wanted: string | undefined, values: readonly (string | undefined)[]): boolean {
	if (wanted === undefined) return true;
	return values.some((value) => value?.trim().toLowerCase() === wanted.trim().toLowerCase());
}

/** Who names a file on the command line has read it, and who answers on screens has confirmed it. */
export const namedByPerson = {
	origin: 'named',
	permits: {kernelArgument: false, embedded: false},
	machine: {serial: undefined, dmiUuid: undefined, macs: []},
} as const;
