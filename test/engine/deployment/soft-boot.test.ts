/** What slipway does in place of boot loader and systemd after a soft reboot. */
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootReasonFile, writeBootReason} from '../../../engine/deployment/boot-reason-file.ts';
import {readStatus} from '../../../engine/deployment/read-status.ts';
import {announceReboot} from '../../../engine/deployment/reboot-required.ts';
import {recordBoot} from '../../../engine/deployment/record-boot.ts';
import {
	announceAfterSoftBoot,
	blessRunning,
	countSoftBoot,
	softBootFile,
} from '../../../engine/deployment/soft-boot.ts';
import {type MadeMachine, makeMachine, writeFile} from './made-machine.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite<{machine: MadeMachine}>('boot by a soft reboot');

/** Its kernel was started for the first; the second is new. */
const staged = sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 0);

test.before.each(async (context) => {
	context.machine = await makeMachine(staged);
});
test.after.each(({machine}) => machine[Symbol.dispose]());

/** What slipway-root leaves behind. */
function softReboot({root}: MadeMachine, mark = ''): void {
	const source = `slipway-${sampleDeployment(1).id}`;
	writeFile(
		path.join(root, 'proc/self/mountinfo'),
		`30 1 0:28 / / ro,relatime shared:1 - overlay ${source} ro,verity=require\n`,
	);
	writeFile(
		path.join(root, softBootFile),
		`root=UUID=6d1a-22 slipway=${sampleDeployment(1).id} quiet${mark}\n`,
	);
}

const entriesOf = ({esp}: MadeMachine) => readdirSync(path.join(esp, 'loader/entries')).sort();
const good = 'slipway-3f2a9c1b4d5e.0.conf';

async function record({system, bootLoader, root}: MadeMachine): Promise<void> {
	await countSoftBoot(system, bootLoader, root);
	await recordBoot(bootLoader, {root});
	await announceAfterSoftBoot(system, root);
}

test('is counted once, and ends with the entry of what runs being good', async ({machine}) => {
	const {system, root, bootLoader} = machine;
	await announceReboot(system, staged, root);
	softReboot(machine, ' slipway.trial');
	for (const _ of [1, 2]) {
		await record(machine);
		assert.equal(entriesOf(machine), [good, 'slipway-3f2a9c1b4d5e.1+2-1.conf']);
	}
	assert.not(existsSync(path.join(root, 'run/reboot-required')), 'that reboot has been');
	const {status} = await readStatus(root);
	assert.equal(
		[status.booted?.deployment.id, status.booted?.deployment.health, status.bootReason],
		[sampleDeployment(1).id, 'trying', {kind: 'newest'}],
	);
	await blessRunning(system, bootLoader, root);
	assert.equal(entriesOf(machine), [good, 'slipway-3f2a9c1b4d5e.1.conf']);
	assert.is((await readStatus(root)).status.booted?.deployment.health, 'good');
});

test('leaves a good deployment as good as it is', async ({machine}) => {
	const {system, root, bootLoader} = machine;
	await bootLoader.bless(sampleDeployment(1).id);
	softReboot(machine);
	await record(machine);
	await blessRunning(system, bootLoader, root);
	assert.equal(entriesOf(machine), [good, 'slipway-3f2a9c1b4d5e.1.conf']);
});

test('is no business of a boot by the boot loader, nor of one that did not come about', async ({
	machine,
}) => {
	const {root} = machine;
	const before = entriesOf(machine);
	await record(machine);
	assert.equal(entriesOf(machine), before);
	// systemd stayed where it was.
	writeFile(path.join(root, softBootFile), 'quiet slipway.trial\n');
	await record(machine);
	assert.equal(entriesOf(machine), before);
	await writeBootReason({kind: 'newest'}, path.join(root, bootReasonFile));
	softReboot(machine, ' slipway.trial');
	await record(machine);
	assert.equal(entriesOf(machine), before, 'counted before');
});

test.run();
