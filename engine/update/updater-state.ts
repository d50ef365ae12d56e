import path from 'node:path';
import * as v from 'valibot';
import {openMachine} from '../deployment/change-machine.ts';
import type {MachineLockOptions} from '../deployment/machine-lock.ts';
import {timeSchema} from '../deployment/origin.ts';
import {readStateFile, type StateRead, stateVersion, writeStateFile} from '../state-file.ts';
import type {System} from '../system/system.ts';

const postponement = v.object({
	act: v.picklist(['check', 'stage', 'unstage', 'apply']),
	/** What it was about: the digest of an image, the ID of a deployment. */
	subject: v.string(),
	/** Stable: that of the error, or what said no. */
	code: v.string(),
	text: v.string(),
	/** Times in a row. */
	times: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
	until: timeSchema,
});

const schema = v.object({
	version: v.literal(stateVersion),
	/** ID of the deployment that ran, and was good, when the updater last looked. */
	settled: v.optional(v.string()),
	/** ID of the deployment that the updater asked for a reboot into; until the machine runs well again. */
	applying: v.optional(v.string()),
	/** A FleetLock server that may have granted this machine a reboot; until the right is given back. */
	rebootLock: v.optional(v.object({url: v.string(), group: v.string()})),
	/** Acts that came to nothing, one of each kind at most. */
	postponed: v.pipe(v.array(postponement), v.readonly()),
});

/** Fields that a later slipway adds to version 1 are kept: it may be the one that reads next. */
const lenientSchema = v.looseObject(schema.entries);

/** What the updater has to know again after a reboot: `state/updater.json`. */
export type UpdaterState = Readonly<v.InferOutput<typeof schema>>;
export type Postponement = Readonly<v.InferOutput<typeof postponement>>;

export const emptyUpdaterState: UpdaterState = {version: stateVersion, postponed: []};

const place = path.join('state', 'updater.json');

export function readUpdaterState(physicalRoot: string): Promise<StateRead<UpdaterState>> {
	return readStateFile(path.join(physicalRoot, place), lenientSchema);
}

/**
 * Replaces the state by what `change` makes of it; the same object leaves it as it is.
 * @param root what stands before all paths; for tests
 */
export async function changeUpdaterState(
	system: System,
	options: MachineLockOptions,
	change: (before: UpdaterState) => UpdaterState,
	root = '/',
): Promise<void> {
	using machine = await openMachine(system, options, root);
	const {content: before = emptyUpdaterState} = await readUpdaterState(machine.physicalRoot);
	const after = change(before);
	if (after !== before) await writeStateFile(path.join(machine.physicalRoot, place), after);
}
