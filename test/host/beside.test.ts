/**
 * Installations beside other systems, on disk files: bytes of all other partitions, and files of others on
 * the ESP, are the same before and after, also when the installation is killed at any of its commands.
 */
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {
	closeSync,
	existsSync,
	mkdtempSync,
	openSync,
	readFileSync,
	readSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {hostSystem} from '../../engine/system/host.ts';
import type {System} from '../../engine/system/system.ts';
import type {StorageAnswers} from '../../installer/answers/answers.ts';
import {type FoundPartition, readContent} from '../../installer/disk/content.ts';
import {isUnfinishedName} from '../../installer/disk/partition-names.ts';
import {partitionTypes} from '../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../installer/disk/size.ts';
import {type SeededRandom, seededRandom} from '../seeded.ts';
import {installBeside} from './beside-installation.ts';
import {whyNoLoopDevices} from './disk.ts';

const suiteOf = suite('beside other systems');
const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices (${reason})`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const system = hostSystem();
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-beside-'));
const file = path.join(folder, 'disk.raw');
const pristine = path.join(folder, 'pristine.raw');
suiteOf.after(() => rmSync(folder, {recursive: true}));

const size = 2 * GiB;
const espStart = MiB;
/** Kills, one in each of as many parts of the commands of a run. */
const moments = process.env.SLIPWAY_TEST_ALL === '1' ? 24 : 4;

const foreignFiles: Readonly<Record<string, Buffer>> = {
	'EFI/Microsoft/Boot/bootmgfw.efi': seededRandom(1).bytes(40_000),
	'EFI/BOOT/BOOTX64.EFI': seededRandom(2).bytes(40_000),
	'loader/loader.conf': Buffer.from('timeout 9\n'),
};

/** An ESP of 100 MB, and three partitions of others with gaps between them. */
async function makeForeignDisk(): Promise<void> {
	if (!existsSync(pristine)) {
		await fillForeignDisk(seededRandom(8));
		renameSync(file, pristine);
	}
	await system.run('cp', ['--sparse=always', pristine, file]);
}

async function fillForeignDisk(random: SeededRandom): Promise<void> {
	writeFileSync(file, '');
	truncateSync(file, size);
	const script = `label: gpt
start=2048, size=204800, type=${partitionTypes.esp}, name="EFI \\x22system\\x22", attrs="GUID:63"
start=206848, size=65536, type=${partitionTypes.microsoftReserved}
start=272384, size=131072, type=${partitionTypes.microsoftData}, name="Données"
start=3145728, size=131072, type=${partitionTypes.linux}, attrs="RequiredPartition"
`;
	await system.run('sfdisk', ['--quiet', '--lock=no', file], {input: script});
	await system.run('mkfs.vfat', [
		...['-F', '32', '-s', '1', `--offset=${espStart / 512}`],
		...[file, String((100 * MiB) / 1024)],
	]);
	const esp = unmountedPartition(system, {file, offset: espStart});
	await esp.write(
		Object.entries(foreignFiles).map(([place, bytes]) => ({
			path: place,
			source: {kind: 'bytes', bytes},
		})),
	);
	const disk = openSync(file, 'r+');
	for (const start of [206_848, 272_384, 3_145_728])
		for (let at = 0; at < 8; at++)
			writeSync(disk, random.bytes(4096), 0, 4096, start * 512 + at * 4 * MiB);
	closeSync(disk);
}

async function foundPartitions(): Promise<readonly FoundPartition[]> {
	return (await readContent(system, {path: file, size, sectorSize: 512})).partitions;
}

/** What must not change: entries of the table and bytes of partitions that stay, and files on the ESP. */
async function foreignState(numbers: readonly number[]): Promise<readonly string[]> {
	const state: string[] = [];
	for (const partition of await foundPartitions()) {
		if (!numbers.includes(partition.number)) continue;
		const {signature, ...entry} = partition;
		const bytes = partition.start === espStart ? '' : hashOf(partition);
		state.push(`${JSON.stringify(entry)} ${bytes}`);
	}
	for (const place of Object.keys(foreignFiles)) {
		const target = path.join(folder, 'foreign');
		await system.run('mcopy', ['-n', '-o', '-i', `${file}@@${espStart}`, `::/${place}`, target]);
		state.push(`${place} ${createHash('sha256').update(readFileSync(target)).digest('hex')}`);
	}
	return state;
}

function hashOf({start, size}: FoundPartition): string {
	const disk = openSync(file, 'r');
	const hash = createHash('sha256');
	const chunk = Buffer.alloc(4 * MiB);
	for (let at = 0; at < size; at += chunk.length) {
		const length = Math.min(chunk.length, size - at);
		readSync(disk, chunk, 0, length, start + at);
		hash.update(chunk.subarray(0, length));
	}
	closeSync(disk);
	return hash.digest('hex');
}

interface Kill {
	readonly command: number;
	readonly afterMs: number;
}

/** Runs an installation in a process group of its own; gives its status, undefined when it was killed. */
async function install(
	storage: Partial<StorageAnswers>,
	kill?: Kill,
): Promise<{readonly status: number | undefined; readonly said: string}> {
	const child = spawn(
		process.execPath,
		[
			path.join(import.meta.dirname, 'beside-installation.ts'),
			...[file, JSON.stringify(storage)],
			...(kill === undefined ? [] : [String(kill.command), String(kill.afterMs)]),
		],
		{detached: true, stdio: ['ignore', 'ignore', 'pipe']},
	);
	let said = '';
	child.stderr.on('data', (data: Buffer) => {
		said += data;
	});
	const [status] = await once(child, 'close');
	return {status: status ?? undefined, said};
}

/** What only looks. */
const isReading = (command: string, words: readonly string[]): boolean =>
	/^(?:blkid|lsblk|mdir|mtype|wipefs)$/.test(command) || words.includes('--json');

/** Runs so many commands that write, and no more. */
function stoppingAfter(last: number, reason: Error): System {
	let count = 0;
	const run: System['run'] = async (command, words, options) => {
		if (!isReading(command, words) && count++ >= last) throw reason;
		return await system.run(command, words, options);
	};
	return Object.assign(Object.create(system) as System, {run});
}

/** What an installation is made of, but for identifiers. */
async function installed(): Promise<readonly string[]> {
	const partitions = await foundPartitions();
	const own = partitions.filter(({name}) => name.startsWith('slipway-'));
	const lines = own.map(
		({name, number, start, size, signature}) =>
			`${number} ${name} ${start} ${size} ${signature?.type}`,
	);
	for (const {start, type, size, signature} of partitions) {
		const isBoot = type === partitionTypes.esp || type === partitionTypes.xbootldr;
		if (!isBoot || signature?.type !== 'vfat') continue;
		const files = unmountedPartition(system, {file, offset: start});
		for (const place of ['EFI/systemd', 'EFI/BOOT', 'EFI/Linux', 'loader', 'loader/entries'])
			for (const {name} of await files.list(place)) lines.push(`${size} ${place}/${name}`);
	}
	return lines;
}

const root = (partitions: readonly FoundPartition[]) =>
	partitions.find(({name}) => name.startsWith('slipway-root'));

for (const [title, storage, staying] of [
	['in free space', {layout: 'free-space', swap: {size: 64 * MiB}}, [1, 2, 3, 4]],
	['in the place of a partition', {layout: 'partition', replace: [{number: 3}]}, [1, 2, 4]],
] as const) {
	test(`leaves all others as they are ${title}`, async () => {
		await makeForeignDisk();
		const before = await foreignState(staying);
		const {status, said} = await install(storage);
		assert.equal([status, said], [0, '']);
		assert.equal(await foreignState(staying), before);
		const made = await installed();
		assert.ok(
			made.some((line) => / slipway-root .* ext4$/.test(line)),
			made.join('\n'),
		);
		assert.ok(made.some((line) => / slipway-xbootldr .* vfat$/.test(line)));
		assert.ok(made.some((line) => /loader\/entries\/slipway-.*\+3\.conf$/.test(line)));
		assert.ok(made.includes(`${100 * MiB} EFI/systemd/systemd-bootx64.efi`));
		const again = await install(storage);
		if (storage.layout === 'free-space') {
			assert.is(again.status, 1);
			assert.match(again.said, /second-slipway|starts another slipway/);
		} else assert.equal([again.status, again.said], [0, '']);
		assert.equal(await installed(), made);
		assert.equal(await foreignState(staying), before);
	});

	test(`goes on from wherever it was stopped ${title}`, async () => {
		await makeForeignDisk();
		const before = await foreignState(staying);
		await installBeside(system, file, storage);
		const expected = await installed();
		for (let last = 1; ; last++) {
			await makeForeignDisk();
			const stop = new Error('stopped');
			const stopping = stoppingAfter(last, stop);
			const failure = await installBeside(stopping, file, storage).then(
				() => undefined,
				(error: unknown) => error,
			);
			if (failure === undefined) break;
			assert.is(failure, stop, `after ${last} commands: ${failure}`);
			assert.equal(await foreignState(staying), before, `after ${last} commands`);
			const isDone = (await installed()).some((line) => line.endsWith('+3.conf'));
			if (isDone) continue;
			await installBeside(system, file, storage);
			assert.equal(await installed(), expected, `after ${last} commands`);
			assert.equal(await foreignState(staying), before, `after ${last} commands and again`);
		}
	});

	test(`is taken up when it was killed ${title}, and disturbs nobody`, async () => {
		await makeForeignDisk();
		const before = await foreignState(staying);
		await install(storage);
		const expected = await installed();
		const random = seededRandom(9);
		const seen = {unfinished: 0, finished: 0, untouched: 0};
		for (let moment = 0; moment < moments; moment++) {
			await makeForeignDisk();
			const command = Math.floor(((moment + random.next()) / moments) * 40);
			const kill = {command, afterMs: random.below(30)};
			const {status} = await install(storage, kill);
			const when = `killed at command ${command} after ${kill.afterMs} ms`;
			assert.equal(await foreignState(staying), before, when);
			const found = root(await foundPartitions());
			const isDone = status === 0 || (await installed()).some((line) => line.endsWith('+3.conf'));
			if (found === undefined) seen.untouched++;
			else seen[isDone ? 'finished' : 'unfinished']++;
			if (found !== undefined && !isDone) assert.ok(isUnfinishedName(found.name), when);
			if (isDone) continue;
			const again = await install(storage);
			assert.equal([again.status, again.said], [0, ''], when);
			assert.equal(await installed(), expected, when);
			assert.equal(await foreignState(staying), before, when);
		}
		console.log(title, seen);
		assert.ok(seen.unfinished > 0, 'no kill came in the middle');
	});
}

suiteOf.run();
