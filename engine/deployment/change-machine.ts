/**
 * The one way in which the deployments of the running machine are changed: lock, writable root, the set
 * with the entries as they are on the boot partition, a decision from that, its steps, and a record of
 * the boot entries for everybody's status.
 */
import path from 'node:path';
import type {BootLoader} from '../boot/boot-loader.ts';
import {bootStateFile, recordBootState} from '../boot/boot-state.ts';
import {runningBootLoader} from '../boot/running-boot-loader.ts';
import {Lacking} from '../errors.ts';
import type {System} from '../system/system.ts';
import type {DeploymentSet} from './deployment.ts';
import {checkDeployed} from './find-deployment.ts';
import {lockMachine, type MachineLockOptions, machineLockFile} from './machine-lock.ts';
import {physicalRoot, readDeploymentSet} from './read-status.ts';
import {announceReboot} from './reboot-required.ts';
import {type DeploymentPlaces, runSteps} from './run-steps.ts';
import {dropStaleSoftReboot} from './soft-reboot-file.ts';
import type {Step, Transition} from './step.ts';
import {openWritableRoot, writableRootPath} from './writable-root.ts';

/** The running machine as it is now. */
export interface Machine {
	/** With entries and damaged entries as the boot partition has them. */
	readonly set: DeploymentSet;
	readonly bootLoader: BootLoader;
	/** Mount point of the file system with `composefs` and `state`. */
	readonly physicalRoot: string;
}

/** One that nobody else changes until it is disposed of, and whose physical root can be written. */
export interface OpenMachine extends Machine, Disposable {
	run(steps: readonly Step[]): Promise<void>;
}

export interface ChangeOptions extends MachineLockOptions {
	/** Only decide: no lock, nothing is changed. */
	readonly dryRun?: boolean;
}

/**
 * Decides from the machine as it is, and does what was decided.
 * @throws what {@link openMachine} and `decide` throw; nothing is changed then
 */
export async function changeMachine<Decision extends Transition>(
	system: System,
	{dryRun = false, ...options}: ChangeOptions,
	decide: (set: DeploymentSet) => Decision,
	root = '/',
): Promise<Decision> {
	if (dryRun) return decide((await readMachine(system, root)).set);
	using machine = await openMachine(system, options, root);
	const decision = decide(machine.set);
	await machine.run(decision.steps);
	return decision;
}

/**
 * Looks at the machine, without a lock.
 * @param root what stands before all paths; for tests
 * @throws Refused `not-deployed`
 * @throws Lacking `not-root`
 */
export async function readMachine(system: System, root = '/'): Promise<Machine> {
	await checkMachine(system, root);
	const bootLoader = await runningBootLoader(system);
	const set = await readSet(bootLoader, root);
	return {set, bootLoader, physicalRoot: path.join(root, physicalRoot)};
}

/**
 * Waits until nobody else changes the machine, and opens it to be changed.
 * @param root what stands before all paths; for tests
 * @throws Refused `not-deployed`, `machine-busy`
 * @throws Lacking `not-root`
 */
export async function openMachine(
	system: System,
	options: MachineLockOptions,
	root = '/',
): Promise<OpenMachine> {
	await checkMachine(system, root);
	using cleanup = new DisposableStack();
	cleanup.use(await lockMachine(system, options, path.join(root, machineLockFile)));
	const bootLoader = await runningBootLoader(system);
	const writable = cleanup.use(
		openWritableRoot(system, path.join(root, physicalRoot), path.join(root, writableRootPath)),
	);
	const set = await readSet(bootLoader, root);
	const open = cleanup.move();
	return {
		set,
		bootLoader,
		physicalRoot: writable.path,
		run: (steps) => runAndRecord(system, {physicalRoot: writable.path, bootLoader}, steps, root),
		[Symbol.dispose]: () => open.dispose(),
	};
}

/** Whoever asks for the status meanwhile sees no entry of a deployment whose state is gone. */
async function runAndRecord(
	system: System,
	places: DeploymentPlaces,
	steps: readonly Step[],
	root: string,
): Promise<void> {
	const record = () => recordBootState(places.bootLoader, path.join(root, bootStateFile));
	try {
		for (const step of steps) {
			await runSteps(places, [step]);
			if (step.kind === 'remove-entries') await record();
		}
	} finally {
		// Of steps that failed too: those before them count.
		await record();
		const set = await readDeploymentSet(root);
		await dropStaleSoftReboot(set, root);
		await announceReboot(system, set, root);
	}
}

/**
 * @throws Refused `not-deployed`
 * @throws Lacking `not-root`
 */
export async function checkMachine(system: System, root: string): Promise<void> {
	checkDeployed(await readDeploymentSet(root));
	if (!system.capabilities().has('SYS_ADMIN'))
		throw new Lacking('not-root', 'only root can see and change what this machine boots', {
			hint: 'Run it with sudo.',
		});
}

async function readSet(bootLoader: BootLoader, root: string): Promise<DeploymentSet> {
	const {entries, damaged: damagedEntries, starts = []} = await bootLoader.list();
	return {...(await readDeploymentSet(root)), entries, damagedEntries, starts};
}
