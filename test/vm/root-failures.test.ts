import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {InstalledDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

interface FailureCase {
	readonly title: string;
	/** What has happened to the disk. */
	readonly damage?: (disk: InstalledDisk) => void;
	/** What has happened to the kernel arguments. */
	readonly change?: (append: string) => string;
	readonly cause: RegExp;
	readonly failure: 'reboot' | 'stop' | 'shell';
	readonly inQuota?: true;
}

const test = suite('a root that cannot be mounted');
const problem = await whyNoMachines();
const noDigest = '0'.repeat(64);
const nilUuid = '00000000-0000-0000-0000-000000000000';
const bootDeadlineMs = 600_000;
let disk: InstalledDisk;
/** From the entry of {@link disk}. */
let digest: string;
let id: string;

const image = () => `/composefs/images/${digest}`;

const cases: readonly FailureCase[] = [
	{
		title: 'an image with another digest than its name',
		// Some object, which has fs-verity too, under the image's name.
		damage: (disk) => disk.changeRoot(`unlink ${image()}`, `ln ${disk.someObject()} ${image()}`),
		cause: /image [0-9a-f]{64} has the wrong digest: [0-9a-f]{64}$/,
		failure: 'reboot',
		inQuota: true,
	},
	{
		title: 'an image that was altered on the disk',
		damage: (disk) => disk.flipByte(image(), 1024),
		cause: /image [0-9a-f]{64} cannot be mounted$/,
		failure: 'reboot',
	},
	{
		title: 'an image without fs-verity',
		damage: (disk) => disk.changeRoot(`set_inode_field ${image()} flags 0x80000`),
		cause: /fs-verity is not enabled on \/sysroot\/composefs\/images\/[0-9a-f]{64}$/,
		failure: 'stop',
	},
	{
		title: 'a digest of which there is no image',
		change: (append) => append.replace(digest, noDigest),
		cause: /the object store has no image 0{64}$/,
		failure: 'stop',
	},
	{
		title: 'a missing object store',
		damage: (disk) => disk.changeRoot('unlink /composefs'),
		cause: /file system [0-9a-f-]{36} has no object store \(composefs\/objects\)$/,
		failure: 'shell',
	},
	{
		title: 'a missing disk',
		change: (append) => append.replace(/root=\S+/, `root=UUID=${nilUuid} slipway.wait=2`),
		cause: /no disk with file system 0{8}-0{4}-0{4}-0{4}-0{12} appeared within 2 seconds$/,
		failure: 'reboot',
	},
	{
		title: 'a deployment that does not exist',
		change: (append) => append.replace(`slipway=${id}`, 'slipway=000000000000.9'),
		cause: /there is no state\/deploy\/000000000000\.9$/,
		failure: 'stop',
	},
	{
		title: 'a root that is no file system any more',
		// The journal's inode is gone; the superblock still says which file system it is.
		damage: (disk) => disk.changeRoot('clri <8>'),
		cause: /\S+ failed$/,
		failure: 'reboot',
	},
];

/** The line of the console that says why, without its beginning. */
async function sayCause(machine: Machine): Promise<string> {
	const [, cause] = await machine.console.waitFor(
		/slipway: cannot start deployment [0-9a-f.]+: ([^\r\n]*)[\r\n]|Switching root/,
		bootDeadlineMs,
	);
	return cause ?? 'none: the root was mounted';
}

/** Waits until the machine did what `slipway.failure` says. */
async function seeAction(machine: Machine, failure: FailureCase['failure']): Promise<void> {
	if (failure === 'reboot') {
		await machine.console.waitFor(/slipway: restarting in 10 seconds\./, bootDeadlineMs);
		await machine.ended();
	} else if (failure === 'stop') {
		await machine.console.waitFor(/slipway: stopped here/, bootDeadlineMs);
		await machine.console.waitFor(/reboot: System halted/, bootDeadlineMs);
	} else {
		await machine.console.waitFor(/slipway: a shell/, bootDeadlineMs);
		machine.type('echo $((6 * 7)) here\r');
		await machine.console.waitFor(/^42 here\r$/m, bootDeadlineMs);
	}
}

async function installOnce(): Promise<void> {
	if (disk !== undefined) return;
	disk = await InstalledDisk.make();
	const {append} = disk.directBoot();
	digest = /\bcomposefs=([0-9a-f]+)/.exec(append)?.[1] ?? '';
	id = /\bslipway=(\S+)/.exec(append)?.[1] ?? '';
}

async function bootAndFail({damage, change, cause, failure}: FailureCase): Promise<void> {
	await installOnce();
	const victim = damage === undefined ? disk : disk.copy('damaged');
	damage?.(victim);
	const direct = disk.directBoot();
	const append = `${change?.(direct.append) ?? direct.append} slipway.failure=${failure}`;
	await using machine = await Machine.start({
		disk: victim.file,
		direct: {...direct, append},
		discardChanges: true,
		endOnReboot: true,
	});
	assert.match(await sayCause(machine), cause);
	await seeAction(machine, failure);
}

if (problem !== undefined) console.log(`skipped: ${problem}`);
else if (!runsAll) console.log(`skipped: ${beyondQuota}`);

test.after(() => disk?.[Symbol.dispose]());

for (const failureCase of cases) {
	const {title, failure, inQuota} = failureCase;
	const runs = problem === undefined && (runsAll || inQuota);
	(runs ? test : test.skip)(`names ${title}, and then obeys slipway.failure=${failure}`, () =>
		bootAndFail(failureCase),
	);
}

test.run();
