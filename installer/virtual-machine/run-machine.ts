import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {OperationFailed} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {makeImageDisk} from './image-disk.ts';
import {type MachineSettings, type MachineSteps, machineSteps} from './machine-settings.ts';
import {qemuArguments} from './qemu-command.ts';
import {startTpm} from './tpm.ts';

/** Where disks have room: /tmp may be memory. QEMU puts there what it forgets at the end, too. */
export function runFolder(env: NodeJS.ProcessEnv): string {
	return path.join(path.resolve(env.TMPDIR || '/var/tmp'), 'slipway-run-');
}

/**
 * Makes what a machine needs, runs it on this terminal to its end, and removes all but what is to stay.
 * @param parent see {@link runFolder}
 * @param begins called right before the machine starts, the last moment to say anything
 * @returns the exit status of QEMU
 * @throws OperationFailed with what QEMU means, where that is known
 */
export async function runMachine(
	system: Pick<System, 'run' | 'runOnTerminal'>,
	settings: MachineSettings,
	{
		parent,
		begins,
		signal,
	}: {readonly parent: string; readonly begins: () => void; readonly signal: AbortSignal},
): Promise<number> {
	await using cleanup = new AsyncDisposableStack();
	const folder = cleanup.adopt(mkdtempSync(parent), (made) =>
		rmSync(made, {recursive: true, force: true}),
	);
	const steps = machineSteps(settings, folder);
	const {imageDisk, tpm, qemu, machine} = steps;
	if (imageDisk !== undefined) {
		const {podman, file} = imageDisk;
		await makeImageDisk(system, podman, imageDisk, {file, signal});
	}
	makeFiles(steps);
	if (tpm !== undefined) {
		mkdirSync(tpm.folder);
		cleanup.use(await startTpm(system, tpm.swtpm, tpm.folder));
	}
	signal.throwIfAborted();
	begins();
	const ending = await system.runOnTerminal(qemu, qemuArguments(machine), {
		signal,
		keepErrors: true,
	});
	signal.throwIfAborted();
	const failure = ending.status === 0 ? undefined : explainFailure(ending.stderr);
	if (failure !== undefined) throw failure;
	return ending.status;
}

function makeFiles({variables, newDisks}: MachineSteps): void {
	if (variables !== undefined) {
		copyFileSync(variables.template, variables.copy);
		// The template may be read-only.
		chmodSync(variables.copy, 0o600);
	}
	for (const {path: file, size} of newDisks) {
		writeFileSync(file, '', {mode: 0o600});
		truncateSync(file, size);
	}
}

/** What a person can do about it, where QEMU only says what it met. @param words its last ones */
export function explainFailure(words: string): OperationFailed | undefined {
	if (/Failed to get .*lock/.test(words)) {
		const disk = /using the image \[(.+?)\]/.exec(words)?.[1] ?? 'a disk';
		return new OperationFailed('disk-in-use', `${disk} belongs to another machine that runs`, {
			hint: 'End that one first. Of one disk, several may run that all keep nothing.',
		});
	}
	if (/Could not set up host forwarding rule/.test(words))
		return new OperationFailed('port-in-use', 'the port for SSH was taken in the meantime', {
			hint: 'Run it again, or give another one by --ssh-port.',
		});
	if (
		/'type' does not accept value|[Dd]isplay .* is not available|(gtk|sdl) initialization failed/i.test(
			words,
		)
	)
		return new OperationFailed('no-display', 'this QEMU does not show such a display', {
			hint: 'Install its part for it, such as qemu-system-gui; or leave --display out.',
		});
	return undefined;
}
