import {spawn} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import type {Accelerator} from './qemu-command.ts';

/** A kernel that works under KVM says its name within this time, on the slowest of hosts. */
const probeMs = 10_000;

let answer: Promise<Accelerator> | undefined;

/**
 * KVM where it really works, else TCG. A /dev/kvm alone proves nothing: on some hosts a kernel started
 * with it never leaves its decompressor, so one is started and has to speak.
 */
export function accelerator(): Promise<Accelerator> {
	answer ??= probe();
	return answer;
}

async function probe(): Promise<Accelerator> {
	const kernel = probeKernel();
	if (!existsSync('/dev/kvm') || kernel === undefined) return 'tcg';
	const child = spawn(
		'qemu-system-x86_64',
		[
			...['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-m', '512'],
			...['-kernel', kernel, '-append', 'console=ttyS0 earlyprintk=serial panic=-1'],
			...['-no-reboot', '-display', 'none', '-vga', 'none', '-monitor', 'none', '-serial', 'stdio'],
		],
		{stdio: ['ignore', 'pipe', 'ignore']},
	);
	return new Promise((resolve) => {
		const timer = setTimeout(() => child.kill('SIGKILL'), probeMs);
		let said = '';
		child.stdout?.on('data', (data) => {
			said += data;
			if (said.includes('Linux version')) child.kill('SIGKILL');
		});
		child.on('error', () => resolve('tcg'));
		child.on('close', () => {
			clearTimeout(timer);
			resolve(said.includes('Linux version') ? 'kvm' : 'tcg');
		});
	});
}

/** Any kernel at hand: the one of the image under test, which the test set-up lays out in .cache. */
function probeKernel(): string | undefined {
	const folders = [path.join(import.meta.dirname, '../../.cache/boot'), '/boot'];
	for (const folder of folders) {
		if (!existsSync(folder)) continue;
		const name = readdirSync(folder).find((name) => name.startsWith('vmlinuz'));
		if (name !== undefined) return path.join(folder, name);
	}
	return undefined;
}
