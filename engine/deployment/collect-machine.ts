import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {DamagedBootEntry} from '../boot/boot-loader.ts';
import {parseCommandLine} from '../boot/command-line.ts';
import type {Garbage} from '../store/garbage.ts';
import {openStore} from '../store/store.ts';
import type {System} from '../system/system.ts';
import {type ChangeOptions, openMachine, readMachine} from './change-machine.ts';
import type {DeploymentSet} from './deployment.ts';
import type {DeploymentId} from './id.ts';
import {imagesInUse} from './images-in-use.ts';
import {collect} from './transitions.ts';

export interface MachineGarbage extends Garbage {
	readonly deployments: readonly DeploymentId[];
	/** Loader entries that cannot be read; their deployments are kept. */
	readonly damagedEntries: readonly DamagedBootEntry[];
}

/**
 * Removes from the running machine the deployments that nothing keeps, then the images and objects that
 * no deployment uses. Killed anywhere, the next run does the rest.
 * @param root what stands before all paths; for tests
 * @throws Refused when it is not certain what is garbage; nothing is removed
 */
export async function collectMachine(
	system: System,
	{dryRun = false, ...options}: ChangeOptions,
	root = '/',
): Promise<MachineGarbage> {
	const runningDigest = await readRunningDigest(root);
	if (dryRun) {
		const machine = await readMachine(system, root);
		const {keepImages, found} = decide(machine.set, runningDigest);
		const store = openStore(system, path.join(machine.physicalRoot, 'composefs'));
		return {...found, ...(await store.collectGarbage({keepImages, dryRun}))};
	}
	using machine = await openMachine(system, options, root);
	const {steps, keepImages, found} = decide(machine.set, runningDigest);
	await machine.run(steps);
	await machine.bootLoader.sweep();
	const store = openStore(system, path.join(machine.physicalRoot, 'composefs'));
	return {...found, ...(await store.collectGarbage({keepImages}))};
}

function decide(set: DeploymentSet, runningDigest: string | undefined) {
	const {steps, after} = collect(set);
	return {
		steps,
		keepImages: imagesInUse(after.deployments, runningDigest),
		found: {
			damagedEntries: set.damagedEntries ?? [],
			deployments: steps.flatMap((step) => (step.kind === 'remove-state' ? [step.id] : [])),
		},
	};
}

async function readRunningDigest(root: string): Promise<string | undefined> {
	const commandLine = await readFile(path.join(root, '/proc/cmdline'), 'utf8');
	return parseCommandLine(commandLine)?.imageVerityDigest;
}
