import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {DamagedBootEntry} from '../boot/boot-loader.ts';
import {recordBootState} from '../boot/boot-state.ts';
import {parseCommandLine} from '../boot/command-line.ts';
import {runningBootLoader} from '../boot/running-boot-loader.ts';
import {Refused} from '../errors.ts';
import type {Garbage} from '../store/garbage.ts';
import {openStore} from '../store/store.ts';
import type {System} from '../system/system.ts';
import type {DeploymentId} from './id.ts';
import {imagesInUse, layersInUse} from './images-in-use.ts';
import {physicalRoot, readDeploymentSet} from './read-status.ts';
import {runSteps} from './run-steps.ts';
import {collect} from './transitions.ts';
import {openWritableRoot} from './writable-root.ts';

export interface MachineGarbage extends Garbage {
	readonly deployments: readonly DeploymentId[];
	/** Loader entries that cannot be read; their deployments are kept. */
	readonly damagedEntries: readonly DamagedBootEntry[];
}

/** Held by whoever changes the deployments of the running machine. */
const lockFile = '/run/slipway/lock';

/**
 * Removes from the running machine the deployments that nothing keeps, then the images, records of layers
 * and objects that no deployment uses. Killed anywhere, the next run does the rest.
 * @throws Refused when it is not certain what is garbage; nothing is removed
 */
export async function collectMachine(
	system: System,
	{dryRun}: {readonly dryRun: boolean},
): Promise<MachineGarbage> {
	const {bootedId} = await readDeploymentSet();
	if (bootedId === undefined)
		throw new Refused('not-deployed', 'this is not a machine that slipway installed', {
			hint: 'Run it on the machine itself; see slipway status.',
		});
	const bootLoader = await runningBootLoader(system);
	if (dryRun) {
		const {keep, ...found} = await decide();
		const store = openStore(system, path.join(physicalRoot, 'composefs'));
		return {...found, ...(await store.collectGarbage({...keep, dryRun}))};
	}
	const unlock = await system.lock(lockFile);
	try {
		using root = openWritableRoot(system);
		const {steps, keep, ...found} = await decide();
		await runSteps({physicalRoot: root.path, bootLoader}, steps);
		await bootLoader.sweep();
		await recordBootState(bootLoader);
		const store = openStore(system, path.join(root.path, 'composefs'));
		return {...found, ...(await store.collectGarbage(keep))};
	} finally {
		unlock();
	}

	async function decide() {
		const {entries, damaged: damagedEntries} = await bootLoader.list();
		const set = {...(await readDeploymentSet()), entries, damagedEntries};
		const {steps, after} = collect(set);
		return {
			steps,
			damagedEntries,
			deployments: steps.flatMap((step) => (step.kind === 'remove-state' ? [step.id] : [])),
			keep: {
				keepImages: imagesInUse(after.deployments, await runningDigest()),
				keepLayers: layersInUse(after.deployments),
			},
		};
	}
}

async function runningDigest(): Promise<string | undefined> {
	return parseCommandLine(await readFile('/proc/cmdline', 'utf8'))?.imageVerityDigest;
}
