import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {chooseAccelerator, probeArguments} from '../../../installer/virtual-machine/accelerator.ts';

const test = suite('accelerator');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-accelerator-'));
test.after(() => rmSync(folder, {recursive: true}));
const device = path.join(folder, 'kvm');
const kernel = path.join(folder, 'vmlinuz');
for (const file of [device, kernel]) writeFileSync(file, '');

const {signal} = new AbortController();
const kvm = (kernels: readonly string[]) => ({device, kernels: async () => kernels});

/** A program that stands for QEMU. */
function emulator(script: string): string {
	const file = path.join(folder, 'qemu');
	writeFileSync(file, `#!/bin/sh\n${script}\n`);
	chmodSync(file, 0o755);
	return file;
}

test('is not KVM where there is none', async () => {
	const missing = {device: path.join(folder, 'missing'), kernels: async () => [kernel]};
	const system = fakeSystem();
	assert.equal(await chooseAccelerator(system, 'qemu', 'x86_64', signal, missing), {
		accelerator: 'tcg',
		slow: {
			reason: `there is no ${folder}/missing`,
			hint: 'Switch virtualization on in the firmware; in a container, give it by --device /dev/kvm.',
		},
	});
	assert.equal(system.calls, []);
});

test('is KVM once a kernel has spoken, which is not waited for any longer', async () => {
	const qemu = emulator('echo "[    0.000000] Linux version 6.12"; exec sleep 1000');
	const chosen = await chooseAccelerator(hostSystem(), qemu, 'x86_64', signal, kvm([kernel]));
	assert.equal(chosen, {accelerator: 'kvm'});
});

test('is not KVM where a kernel says nothing, or KVM fails', async () => {
	for (const script of ['echo Booting the kernel', 'echo no rights >&2; exit 1'])
		assert.equal(
			await chooseAccelerator(hostSystem(), emulator(script), 'x86_64', signal, kvm([kernel])),
			{
				accelerator: 'tcg',
				slow: {
					reason: `a kernel that ${device} runs does not come to speak`,
					hint: 'Insist on it by --accel kvm.',
				},
			},
		);
});

test('is KVM where no kernel can be tried', async () => {
	const system = fakeSystem();
	const places = kvm([path.join(folder, 'no-kernel')]);
	const chosen = await chooseAccelerator(system, 'qemu', 'x86_64', signal, places);
	assert.equal(chosen, {accelerator: 'kvm'});
	assert.equal(system.calls, []);
});

test('is tried with the last kernel that may be read, and nothing else', async () => {
	const system = fakeSystem();
	await chooseAccelerator(system, 'qemu', 'x86_64', signal, kvm(['/old', kernel, '/missing']));
	assert.equal(system.commandLines(), [
		`qemu -nodefaults -machine q35 -accel kvm -cpu host -m 512 -kernel ${kernel} -append console=ttyS0 earlyprintk=serial panic=-1 -no-reboot -display none -serial stdio`,
	]);
	assert.ok(probeArguments('aarch64', kernel).includes('virt'));
});

test('is not chosen when somebody stops it', async () => {
	const stopped = AbortSignal.abort(new Error('stopped'));
	const system = fakeSystem({run: () => Promise.reject(new Error('ended'))});
	try {
		await chooseAccelerator(system, 'qemu', 'x86_64', stopped, kvm([kernel]));
		assert.unreachable();
	} catch (error) {
		assert.is((error as Error).message, 'stopped');
	}
});

test.run();
