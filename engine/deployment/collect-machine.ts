import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {DamagedBootEntry} from '../boot/boot-loader.ts';
import {parseCommandLine} from '../boot/command-line.ts';
import type {Garbage} from '../store/garbage.ts';
import {openStore} from '../store/store.ts';
import type {System} from '../system/system.ts';
import {type ChangeOptions, type OpenMachine, openMachine, readMachine} from './change-machine.ts';
import type {DeploymentSet} from './deployment.ts';
import {layersOfDownload} from './downloaded.ts';
import type {DeploymentId} from './id.ts';
import {imagesInUse, layersInUse} from './images-in-use.ts';
import {readRunningId} from './running-id.ts';
import {collect} from './transitions.ts';

export interface MachineGarbage extends Garbage {
	readonly deployments: readonly DeploymentId[];
	/** Loader entries that cannot be read; their deployments are kept. */
	readonly damagedEntries: readonly DamagedBootEntry[];
}

/**
 * Removes from the running machine the deployments that nothing keeps, then the images, records of layers
 * and objects that no deployment uses, nor an image that waits to be staged. Killed anywhere, the next run does the rest.
 * @param root what stands before all paths; for tests
 * @throws Refused when it is not certain what is garbage; nothing is removed
 */
export async function collectMachine(
	system: System,
	{dryRun = false, ...options}: ChangeOptions,
	root = '/',
): Promise<MachineGarbage> {
	if (!dryRun) {
		using machine = await openMachine(system, options, root);
		return await collectOpenMachine(system, machine, root);
	}
	const machine = await readMachine(system, root);
	const {keep, found} = decide(machine.set, await readUsed(system, machine, root));
	const store = openStore(system, path.join(machine.physicalRoot, 'composefs'));
	return {...found, ...(await store.collectGarbage({...keep, dryRun}))};
}

/** The same as the last act of another change. @param machine with the set as it is now */
export async function collectOpenMachine(
	system: System,
	machine: Pick<OpenMachine, 'set' | 'run' | 'bootLoader' | 'physicalRoot'>,
	root = '/',
): Promise<MachineGarbage> {
	const {steps, keep, found} = decide(machine.set, await readUsed(system, machine, root));
	await machine.run(steps);
	await machine.bootLoader.sweep();
	const store = openStore(system, path.join(machine.physicalRoot, 'composefs'));
	return {...found, ...(await store.collectGarbage(keep))};
}

/** What is used besides the content of deployments. */
interface AlsoUsed {
	/** Of the image that runs. */
	readonly runningDigest: string | undefined;
	/** Of an image that waits to be staged. */
	readonly layers: readonly string[];
}

function decide(set: DeploymentSet, {runningDigest, layers}: AlsoUsed) {
	const {steps, after} = collect(set);
	return {
		steps,
		keep: {
			keepImages: imagesInUse(after.deployments, runningDigest),
			keepLayers: new Set([...layersInUse(after.deployments), ...layers]),
		},
		found: {
			damagedEntries: set.damagedEntries ?? [],
			deployments: steps.flatMap((step) => (step.kind === 'remove-state' ? [step.id] : [])),
		},
	};
}

async function readUsed(
	system: Pick<System, 'now'>,
	{physicalRoot}: Pick<OpenMachine, 'physicalRoot'>,
	root: string,
): Promise<AlsoUsed> {
	return {
		runningDigest: await readRunningDigest(root),
		layers: await layersOfDownload(physicalRoot, system.now()),
	};
}

/** As the kernel was told. After a soft reboot that is another one, and the origin of what runs has it alone. */
async function readRunningDigest(root: string): Promise<string | undefined> {
	const told = parseCommandLine(await readFile(path.join(root, '/proc/cmdline'), 'utf8'));
	return told?.deploymentId === (await readRunningId(root)) ? told?.imageVerityDigest : undefined;
}
