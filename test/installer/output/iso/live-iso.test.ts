/** Live media as ISOs, made and customised without an image: what is on their EFI system partition. */
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {MediumImages} from '../../../../engine/boot/grub/medium-images.ts';
import {EngineError} from '../../../../engine/errors.ts';
import {noProgress} from '../../../../engine/progress.ts';
import {hostSystem} from '../../../../engine/system/host.ts';
import {configInitramfs, type MediumConfig} from '../../../../installer/live/medium-config.ts';
import {customizeIso, type MediumChanges} from '../../../../installer/output/iso/customize-iso.ts';
import {type IsoOptions, writeIso} from '../../../../installer/output/iso/write-iso.ts';
import {liveSample, plainIso} from '../../live/live-sample.ts';
import {listIso, whyNoXorriso, xorriso} from './xorriso.ts';

const test = suite('live medium as ISO');
const problem = whyNoXorriso();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-live-iso-'));
const place = (name: string) => path.join(folder, name);
const medium = liveSample(folder);
const system = hostSystem();
const {signal} = new AbortController();
writeFileSync(place('root.erofs'), 'the image');
test.after(() => rmSync(folder, {recursive: true}));

const unchanged: MediumChanges = {config: undefined, kernelArguments: undefined};
const plain = plainIso(place('root.erofs'));
const config: MediumConfig = {
	name: 'site.toml',
	bytes: Buffer.from('version = 1\n'),
	mayWipe: true,
	isLenient: false,
	imageFiles: [],
	effect: {deed: 'wipes the only disk', unattended: 'everywhere'},
};

async function make(name: string, options: Partial<IsoOptions> = {}): Promise<string> {
	await writeIso(system, medium, {...plain, ...options}, place(name), noProgress, signal);
	return place(name);
}

async function customize(from: string, name: string, changes: Partial<MediumChanges>) {
	await effectOf(from, name, changes);
	return place(name);
}

/** What the copy is said to do. */
async function effectOf(from: string, name: string, changes: Partial<MediumChanges>) {
	const all = {...unchanged, ...changes};
	writeFileSync(place(name), '');
	const effect = await customizeIso(system, from, all, place(name), noProgress, signal);
	return effect.text;
}

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The files of the EFI system partition, as text, in the order of its folders. */
function readEsp(iso: string): Record<string, string> {
	const {partitiontable} = JSON.parse(execFileSync('sfdisk', ['--json', iso], {encoding: 'utf8'}));
	const image = `${iso}@@${partitiontable.partitions[1].start * 512}`;
	const out = mkdtempSync(place('esp-'));
	execFileSync('mcopy', ['-s', '-Q', '-m', '-i', image, '::/', out]);
	const files = readdirSync(out, {recursive: true, withFileTypes: true});
	return Object.fromEntries(
		files
			.filter((entry) => entry.isFile())
			.map(({parentPath, name}) => path.join(parentPath, name))
			.sort()
			.map((file) => [path.relative(out, file), readFileSync(file, 'latin1')]),
	);
}

const label = `SLIPWAY_LIVE_${digest(place('root.erofs')).slice(0, 8).toUpperCase()}`;
const live = `root=tmpfs slipway.live=LABEL=${label}:/slipway/root.erofs quiet a=b`;

const entry = (title: string, place: number, initrd: string, options: string) =>
	`title ${title}\nsort-key slipway-${place}\nlinux /slipway/linux\ninitrd /slipway/initrd\n${initrd}options ${options}\n`;

/** @param more with a configuration, the one that wipes */
function expectedEsp(more: {options?: string; config?: string}): Record<string, string> {
	const mark = 'unattended: wipes the only disk';
	const [title, checked] =
		more.config === undefined
			? ['Sample OS 1', 'Sample OS 1 (check this medium first)']
			: [`Sample OS 1 (${mark})`, `Sample OS 1 (check this medium first; ${mark})`];
	const options = `${live}${more.options ?? ''}`;
	const initrd = more.config === undefined ? '' : 'initrd /slipway/config\n';
	return {
		'EFI/BOOT/BOOTX64.EFI': 'systemd-boot',
		'loader/entries/slipway-live-check.conf': entry(checked, 2, initrd, `${options} slipway.check`),
		'loader/entries/slipway-live.conf': entry(title, 1, initrd, options),
		'loader/loader.conf': 'timeout 3\ndefault slipway-live.conf\n',
		...(more.config !== undefined && {'slipway/config': more.config}),
		'slipway/initrd': readEsp(place('plain.iso'))['slipway/initrd'] ?? '',
		'slipway/linux': 'kernel',
	};
}

function withoutSettings({'slipway/medium.json': _, ...files}: Record<string, string>) {
	return files;
}

check('has the image with its checksum, and is called by it', async () => {
	// Left by a run that was killed.
	mkdirSync(place('plain.iso.parts/old'), {recursive: true});
	const iso = await make('plain.iso');
	assert.equal(listIso(iso), [
		'/ drwxr-xr-x 0',
		'/SHA256SUMS -r--r--r-- 85',
		'/slipway drwxr-xr-x 0',
		'/slipway/root.erofs -r--r--r-- 9',
	]);
	const out = place('out');
	const said = xorriso(iso, '-osirrox', 'on', '-extract', '/', out, '-pvd_info');
	assert.match(said, `Volume Id    : ${label}\n`);
	const {stdout, status} = spawnSync('sha256sum', ['-c', 'SHA256SUMS'], {
		cwd: out,
		encoding: 'utf8',
	});
	assert.equal([status, stdout], [0, 'slipway/root.erofs: OK\n']);
	assert.equal(withoutSettings(readEsp(iso)), expectedEsp({}));
	assert.is(readEsp(iso)['slipway/initrd']?.slice(0, 12), 'initramfs\0\0\0');
});

check('has no temporary files beside it', () => {
	assert.equal(
		readdirSync(folder).filter((name) => name.startsWith('plain.iso')),
		['plain.iso'],
	);
});

test('has the same bytes at any time, in any time zone, but others for another seed', async () => {
	const zone = process.env.TZ;
	const first = digest(await make('first.iso', {config}));
	process.env.TZ = 'Asia/Kathmandu';
	assert.is(digest(await make('second.iso', {config})), first);
	if (zone === undefined) delete process.env.TZ;
	else process.env.TZ = zone;
	assert.is.not(digest(await make('other.iso', {config, seed: 'other'})), first);
});

test('is customised to what it would have been made as', async () => {
	const iso = await make('pristine.iso');
	const made = await make('made.iso', {config, kernelArguments: ['b=c']});
	const customized = await customize(iso, 'customized.iso', {config, kernelArguments: ['b=c']});
	assert.is(digest(customized), digest(made));
	const initramfs = configInitramfs(config).toString('latin1');
	assert.equal(
		withoutSettings(readEsp(customized)),
		expectedEsp({options: ' b=c', config: initramfs}),
	);
});

test('is no more open to others customised than it was', async () => {
	const iso = await make('private.iso', {config});
	chmodSync(iso, 0o600);
	const copy = await customize(iso, 'private-copy.iso', {kernelArguments: ['b=c']});
	assert.is(statSync(copy).mode & 0o777, 0o600);
});

test('is customised again with nothing left of the first time', async () => {
	const secret = {...config, bytes: Buffer.from('password = "correct horse"\n')};
	const first = await customize(place('pristine.iso'), 'once.iso', {config: secret});
	assert.ok(readFileSync(first).includes('correct horse'));
	const second = await customize(first, 'twice.iso', {config});
	assert.is(digest(second), digest(await customize(place('pristine.iso'), 'direct.iso', {config})));
	assert.not.ok(readFileSync(second).includes('correct horse'));
});

test('keeps what is not said when it is customised', async () => {
	const withConfig = await customize(place('pristine.iso'), 'config.iso', {config});
	const both = await customize(withConfig, 'both.iso', {kernelArguments: ['b=c']});
	assert.is(digest(both), digest(place('made.iso')));
	const none = await customize(both, 'none.iso', {kernelArguments: []});
	assert.is(digest(none), digest(withConfig));
});

test('is customised to what it was without configuration and kernel arguments', async () => {
	const bare = await customize(place('made.iso'), 'bare.iso', {
		config: 'none',
		kernelArguments: [],
	});
	assert.is(digest(bare), digest(place('pristine.iso')));
	const secret = {...config, bytes: Buffer.from('password = "correct horse"\n')};
	const first = await customize(place('pristine.iso'), 'secret.iso', {config: secret});
	const second = await customize(first, 'no-secret.iso', {config: 'none'});
	assert.not.ok(readFileSync(second).includes('correct horse'));
});

test('says what it does, now and whenever it is customised again', async () => {
	const wipes = 'wipes the only disk, without asking, on any machine that is started from it';
	const made = place('made.iso');
	assert.is(await effectOf(made, 'effect-1.iso', {kernelArguments: ['c']}), wipes);
	const harmless = {...config, effect: {...config.effect, unattended: 'permitted'} as const};
	const asks = 'asks, and begins with what its configuration says';
	assert.is(await effectOf(made, 'effect-2.iso', {config: harmless}), asks);
	const armed = {kernelArguments: ['slipway.wipe']};
	assert.is(await effectOf(place('effect-2.iso'), 'effect-3.iso', armed), wipes);
	assert.match(
		readEsp(place('effect-3.iso'))['loader/entries/slipway-live.conf'] ?? '',
		/^title Sample OS 1 \(unattended: wipes the only disk\)\n/,
	);
	assert.is(await effectOf(made, 'effect-4.iso', {config: 'none'}), 'asks what to install where');
});

test('tells the version of an image in its menu that has none in its name', async () => {
	for (const [imageVersion, title] of [
		['2027.1', 'Sample OS 1 2027.1'],
		['1', 'Sample OS 1'],
	] as const) {
		const osRelease = {...medium.files.osRelease, imageVersion};
		const file = place(`version-${imageVersion}.iso`);
		const named = {...medium, files: {...medium.files, osRelease}};
		await writeIso(system, named, plain, file, noProgress, signal);
		const text = readEsp(file)['loader/entries/slipway-live.conf'] ?? '';
		assert.is(text.split('\n')[0], `title ${title}`);
	}
});

const grub: MediumImages = {
	cdBoot: Buffer.alloc(2048, 1),
	hybridBoot: Buffer.alloc(512, 2),
	core: Buffer.alloc(3000, 3),
};

test('has the menu of the firmware that starts it', async () => {
	const both = await make('uefi-bios.iso', {firmware: 'both', grub, config});
	const {'grub/grub.cfg': menu = '', ...others} = readEsp(both);
	const options = `'root=tmpfs' 'slipway.live=LABEL=${label}:/slipway/root.erofs' 'quiet' 'a=b'`;
	const [first, second] = menu.split('\n').filter((line) => line.startsWith('menuentry'));
	assert.is(first, "menuentry 'Sample OS 1 (unattended: wipes the only disk)' {");
	assert.match(second ?? '', '(check this medium first; unattended: wipes the only disk)');
	assert.match(
		menu,
		`	linux '/slipway/linux' ${options}\n	initrd '/slipway/initrd' '/slipway/config'\n`,
	);
	assert.match(menu, `	linux '/slipway/linux' ${options} 'slipway.check'\n`);
	const initramfs = configInitramfs(config).toString('latin1');
	assert.equal(withoutSettings(others), expectedEsp({config: initramfs}));
	const bios = await make('bios.iso', {firmware: 'bios', grub});
	assert.equal(Object.keys(readEsp(bios)), [
		'grub/grub.cfg',
		'slipway/initrd',
		'slipway/linux',
		'slipway/medium.json',
	]);
});

test('is customised for a BIOS too', async () => {
	for (const name of ['uefi-bios.iso', 'bios.iso']) {
		const firmware = name === 'uefi-bios.iso' ? 'both' : 'bios';
		const kernelArguments = ['c'];
		const made = await make(`made-${name}`, {firmware, grub, config, kernelArguments});
		const copy = await customize(place(name), `copy-${name}`, {config, kernelArguments});
		assert.is(digest(copy), digest(made));
	}
});

const thrownBy = async (promise: Promise<unknown>): Promise<string> => {
	const error: unknown = await promise.catch((thrown: unknown) => thrown);
	assert.instance(error, EngineError);
	return error instanceof EngineError ? `${error.code}: ${error.message}` : '';
};

test('refuses what is no live medium, before anything is written', async () => {
	const iso = readFileSync(place('pristine.iso'));
	const damaged = (name: string, change: (bytes: Buffer) => void): string => {
		const bytes = Buffer.from(iso);
		change(bytes);
		writeFileSync(place(name), bytes);
		return place(name);
	};
	const application = 16 * 2048 + 574;
	const cases: readonly (readonly [string, string])[] = [
		[place('missing'), `usage: ${place('missing')} is no file that is there`],
		[folder, `usage: ${folder} is no file that is there`],
		[place('root.erofs'), `not-a-live-medium: ${place('root.erofs')} is no live medium of slipway`],
		[
			damaged('foreign.iso', (bytes) => bytes.write('GENISOIMAGE          ', application)),
			`not-a-live-medium: ${place('foreign.iso')} is no live medium of slipway`,
		],
		[
			damaged('newer.iso', (bytes) => bytes.write('SLIPWAY LIVE MEDIUM 2', application)),
			`other-medium-format: ${place('newer.iso')} was made by another version of slipway`,
		],
		[
			damaged('no-table.iso', (bytes) => bytes.fill(0, 0, 34 * 512).fill(0, bytes.length - 512)),
			`damaged-input: ${place('no-table.iso')} is damaged: its EFI system partition is not to be found`,
		],
		[
			damaged('settings.iso', (bytes) => {
				bytes.write('"version": 9', bytes.indexOf('"version": 1'));
			}),
			`damaged-input: ${place('settings.iso')} is damaged: it does not say what its boot menu is made of`,
		],
	];
	for (const [from, message] of cases)
		assert.is(await thrownBy(customize(from, 'refused.iso', {config})), message);
	assert.match(
		await thrownBy(
			customize(place('pristine.iso'), 'refused.iso', {
				config: {...config, bytes: Buffer.alloc(5 << 20)},
			}),
		),
		'config-too-large: site.toml has no room on a live medium',
	);
	assert.equal(
		readdirSync(folder).filter((name) => name.startsWith('refused.iso')),
		['refused.iso'],
	);
	assert.is(statSync(place('refused.iso')).size, 0);
});

test('refuses one that was cut off', async () => {
	const {length} = readFileSync(place('pristine.iso'));
	writeFileSync(place('cut.iso'), readFileSync(place('pristine.iso')));
	truncateSync(place('cut.iso'), length / 2);
	assert.match(await thrownBy(customize(place('cut.iso'), 'refused.iso', {config})), 'damaged');
});

test.run();
