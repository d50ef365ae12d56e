/**
 * Installs next to nothing beside what is on a disk file: a process of its own, which can be told to have
 * itself killed, with the program that it runs, while that runs.
 *
 *   node beside-installation.ts DISK STORAGE-AS-JSON [COMMAND-NUMBER MILLISECONDS]
 */
import path from 'node:path';
import {noProgress} from '../../engine/progress.ts';
import {hostSystem} from '../../engine/system/host.ts';
import type {System} from '../../engine/system/system.ts';
import {noAnswers, type StorageAnswers} from '../../installer/answers/answers.ts';
import {describeSystem} from '../../installer/describe-system.ts';
import {isFound} from '../../installer/disk/refusals.ts';
import {MiB} from '../../installer/disk/size.ts';
import {inspectTarget, refusalsOf} from '../../installer/install-target.ts';
import {planInstall} from '../../installer/plan.ts';
import {runPlan} from '../../installer/run-plan.ts';
import {throwRefusals} from '../../installer/several-refusals.ts';
import {ext4Sink} from '../../installer/sink/ext4.ts';
import {wishedStorage} from '../../installer/wished-storage.ts';
import {systemRequest} from '../installer/new-system.ts';

const mke2fsConfig = path.resolve(
	import.meta.dirname,
	'../../image/root/usr/lib/slipway/mke2fs.conf',
);

/** Kills this process group in the middle of one of its commands. */
function killing(system: System, command: number, afterMs: number): System {
	let count = 0;
	const run: System['run'] = async (...args) => {
		if (count++ === command)
			setTimeout(() => process.kill(-process.pid, 'SIGKILL'), afterMs).unref();
		return await system.run(...args);
	};
	return Object.assign(Object.create(system) as System, {run});
}

/** @throws what an installation throws, and what the system does */
export async function installBeside(
	system: System,
	disk: string,
	changes: Partial<StorageAnswers>,
): Promise<void> {
	const storage = {...noAnswers.storage, ...changes};
	const options = {path: disk, mirror: [], wipe: false, mayReplace: true, storage};
	const target = await inspectTarget(system, options);
	const request = systemRequest(import.meta.filename);
	const described = describeSystem(request);
	// Kernels of a real size, of which an ESP of 100 MB does not hold three.
	const sizes = {...described.sizes, bootBytes: 40 * MiB};
	const needed = {
		sizes,
		settings: request.layout,
		wishes: wishedStorage(storage, {memory: 2 ** 30, diskSize: 2 ** 32}),
		architecture: request.architecture.partition,
		seed: String(process.pid),
	};
	throwRefusals(refusalsOf(system, target, options, needed));
	if (!isFound(target.disk)) throw new Error(`${disk} is no disk`);
	const plan = planInstall({
		...described,
		...needed,
		disk: target.disk,
		sharing: target.sharing,
		canEnableVerity: false,
	});
	const content = described.contentFor(plan);
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig});
	const {signal} = new AbortController();
	await runPlan(system, {plan, content, sink, unhashed: undefined}, signal, noProgress);
}

if (import.meta.main) {
	const [disk = '', storage = '{}', command, afterMs] = process.argv.slice(2);
	const system = hostSystem();
	await installBeside(
		command === undefined ? system : killing(system, Number(command), Number(afterMs)),
		disk,
		JSON.parse(storage) as Partial<StorageAnswers>,
	);
}
