import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {CommandOptions, System} from '../../../engine/system/system.ts';
import {cpioArchive} from '../../../installer/live/cpio.ts';
import {type LiveMedium, liveFiles, writeLiveMedium} from '../../../installer/live/live-medium.ts';
import {configInitramfs, type MediumConfig} from '../../../installer/live/medium-config.ts';
import {liveSample} from './live-sample.ts';

const test = suite<{folder: string; medium: LiveMedium}>('files of a live medium');
const {signal} = new AbortController();

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-live-'));
	context.medium = liveSample(context.folder);
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

/** mkfs.erofs that makes a file of its name. */
function system(seen: CommandOptions[] = []): Pick<System, 'run'> {
	return {
		async run(_, args, options = {}) {
			seen.push(options);
			writeFileSync(args.at(-1) ?? '', 'erofs');
			return {status: 0, stdout: '', stderr: ''};
		},
	};
}

function emptyFolder(folder: string): string {
	const out = path.join(folder, 'out');
	mkdirSync(out);
	return out;
}

test('are kernel, initramfs, image, and what starts them', async ({folder, medium}) => {
	const out = emptyFolder(folder);
	const seen: CommandOptions[] = [];
	await writeLiveMedium(system(seen), medium, out, () => {}, signal);
	// Times of files would be cut off at it.
	assert.equal(seen[0]?.env, {SOURCE_DATE_EPOCH: undefined});
	assert.equal(readdirSync(out).sort(), Object.values(liveFiles).sort());
	const shared = 0o666 & ~process.umask();
	for (const name of readdirSync(out))
		assert.is(statSync(path.join(out, name)).mode & 0o777, shared, name);
	const text = (name: string) => readFileSync(path.join(out, name), 'latin1');
	assert.is(text(liveFiles.kernel), 'kernel');
	const environment = cpioArchive([
		{
			path: 'usr/lib/slipway/containerenv',
			mode: 0o644,
			bytes: Buffer.from('image="registry.example.com/os"\n'),
		},
	]);
	assert.is(text(liveFiles.initramfs), `initramfs\0\0\0${environment.toString('latin1')}`);
	assert.is(text(liveFiles.commandLine), 'root=tmpfs slipway.live=LABEL=SLIPWAY-LIVE quiet a=b\n');
	assert.match(text(liveFiles.networkScript), ' root=tmpfs slipway.live=/root.erofs quiet a=b\n');
});

test('bring a configuration and more kernel arguments along', async ({folder, medium}) => {
	const out = emptyFolder(folder);
	const config: MediumConfig = {
		name: 'a.ks',
		bytes: Buffer.from('lang de'),
		mayWipe: true,
		isLenient: false,
		imageFiles: [],
		effect: {deed: 'wipes it', unattended: 'everywhere'},
	};
	await writeLiveMedium(system(), {...medium, environment: undefined}, out, () => {}, signal, {
		config,
		kernelArguments: ['c'],
	});
	assert.equal(
		readFileSync(path.join(out, liveFiles.initramfs)),
		Buffer.concat([Buffer.from('initramfs\0\0\0'), configInitramfs(config)]),
	);
	assert.match(readFileSync(path.join(out, liveFiles.networkScript), 'utf8'), ' quiet a=b c\n');
});

test('are not begun for arguments that the script cannot give', async ({folder, medium}) => {
	const out = emptyFolder(folder);
	const seen: CommandOptions[] = [];
	const settings = {config: undefined, kernelArguments: ['a=${b']};
	const error: unknown = await writeLiveMedium(
		system(seen),
		medium,
		out,
		() => {},
		signal,
		settings,
	).catch((thrown: unknown) => thrown);
	assert.match(String(error), 'iPXE cannot give the kernel argument a=${b');
	assert.equal([seen, readdirSync(out)], [[], []]);
});

test.run();
