import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noProgress} from '../../../engine/progress.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {KernelCallFailed} from '../../../engine/system/libc.ts';
import type {System} from '../../../engine/system/system.ts';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import {chooseSink} from '../../../installer/sink/choose.ts';
import {sampleContent} from './sample-content.ts';

const test = suite('the choice of a sink');
const content = sampleContent();
const capabilities = () => new Set(['SYS_ADMIN']);
const attachLoop = () => {
	throw new KernelCallFailed('open', '/dev/loop-control', 'EPERM');
};

for (const [title, answers, type, chosen] of [
	['a process that may mount mounts', {capabilities}, 'ext4', 'mounted'],
	['one without the capability does not', {}, 'ext4', 'unmounted'],
	[
		'nor does one whose capability is worth nothing',
		{capabilities, attachLoop},
		'ext4',
		'unmounted',
	],
	['other file systems are always mounted', {attachLoop}, 'xfs', 'mounted'],
] as const satisfies (readonly [string, Partial<System>, 'ext4' | 'xfs', string])[])
	test(title, async () => {
		const system = fakeSystem(answers);
		const sink = chooseSink(system, {path: '/disk', sectorSize: 512}, partition(type));
		assert.is(await kindOf(sink.writeRoot(content, partition(type), noProgress), system), chosen);
	});

/** A sink shows what it is by what it does first. */
async function kindOf(writing: Promise<unknown>, system: ReturnType<typeof fakeSystem>) {
	try {
		await writing;
	} catch {
		// A fake system does not get far.
	}
	return system.commandLines()[0] === 'mke2fs -V' ? 'unmounted' : 'mounted';
}

function partition(type: 'ext4' | 'xfs'): PlannedPartition {
	return {
		role: 'root',
		number: 2,
		start: 1 << 20,
		size: 300 << 20,
		type: '',
		uuid: '',
		name: '',
		finishedName: '',
		fileSystem: {type, uuid: '0b8c1a52-7a59-4f0a-9a6e-2d6a7a0c6a34', label: 'slipway-root'},
	};
}

test.run();
