/** Databases that rpm itself has made. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {readPackages} from '../../../engine/packages/read-packages.ts';
import {listRpmPackages, readRpmDatabase} from '../../../engine/packages/rpm-database.ts';

const test = suite('database of rpm');
const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-rpm-'));
test.after(() => rmSync(folder, {recursive: true}));

const hasRpm = spawnSync('rpmbuild', ['--version']).error === undefined;
if (!hasRpm) console.log('skipped: rpm is not installed');
const withRpm = hasRpm ? test : test.skip;

function run(command: string, ...args: readonly string[]): void {
	const {status, stderr} = spawnSync(command, args, {encoding: 'utf8'});
	if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

/** Builds a package without files; gives its path. */
function build(name: string, epoch: number, version: string, architecture: string): string {
	const spec = path.join(folder, `${name}.spec`);
	const fields = {Name: name, Epoch: epoch, Version: version, Release: 3, Summary: name};
	const lines = Object.entries({...fields, License: 'none'}).map(
		([key, value]) => `${key}: ${value}`,
	);
	writeFileSync(spec, `${lines.join('\n')}\n%description\n%files\n`);
	const defines = [`_topdir ${folder}`, `_rpmdir ${folder}`, '_build_id_links none'];
	run(
		'rpmbuild',
		...['-bb', '--target', architecture],
		...defines.flatMap((define) => ['--define', define]),
		spec,
	);
	return path.join(folder, architecture, `${name}-${version}-3.${architecture}.rpm`);
}

function makeDatabase(): string {
	const place = path.join(folder, 'db');
	mkdirSync(place);
	run('rpm', '--dbpath', place, '--initdb');
	for (const [name, epoch, version, architecture] of [
		['apple', 0, '1.2~rc1', 'noarch'],
		['pear', 2, '0.9', 'noarch'],
		['kernel', 0, '6.9', 'noarch'],
		['kernel', 0, '6.10', 'noarch'],
		['glibc', 0, '2', 'x86_64'],
		['glibc', 0, '2', 'i686'],
	] as const) {
		const file = build(name, epoch, version, architecture);
		run(
			'rpm',
			'--dbpath',
			place,
			'--install',
			'--force',
			'--justdb',
			'--nodeps',
			'--ignorearch',
			file,
		);
	}
	return path.join(place, 'rpmdb.sqlite');
}

withRpm(
	'tells names and versions, the newest of several, and architectures where there are more',
	async () => {
		const file = makeDatabase();
		const expected = [
			['apple', '1.2~rc1-3'],
			['glibc.i686', '2-3'],
			['glibc.x86_64', '2-3'],
			['kernel', '6.10-3'],
			['pear', '2:0.9-3'],
		];
		assert.equal([...(await readRpmDatabase(file))].sort(), expected);
		const packages = await readPackages({
			text: async () => undefined,
			regularFile: async (place) =>
				place === '/usr/share/rpm/rpmdb.sqlite'
					? {path: file, size: 1, verityDigest: undefined}
					: undefined,
		});
		assert.equal([packages?.format, packages?.versions.size], ['rpm', 5]);
		const all = (await listRpmPackages(file)).map(
			({name, version, architecture}) => `${name} ${version} ${architecture}`,
		);
		assert.equal(all.sort(), [
			'apple 1.2~rc1-3 noarch',
			'glibc 2-3 i686',
			'glibc 2-3 x86_64',
			'kernel 6.10-3 noarch',
			'kernel 6.9-3 noarch',
			'pear 2:0.9-3 noarch',
		]);
	},
);

withRpm('that is damaged is none, and what reads packages goes on', async () => {
	const whole = readFileSync(path.join(folder, 'db/rpmdb.sqlite'));
	const file = path.join(folder, 'damaged.sqlite');
	for (const bytes of [
		whole.subarray(0, 5000),
		Buffer.from('SQLite format 3'),
		Buffer.alloc(9000),
	]) {
		writeFileSync(file, bytes);
		let thrown: unknown;
		await readRpmDatabase(file).catch((error: unknown) => {
			thrown = error;
		});
		assert.instance(thrown, DamagedInput);
		const damaged = {path: file, size: 1, verityDigest: undefined};
		assert.is(
			await readPackages({text: async () => undefined, regularFile: async () => damaged}),
			undefined,
		);
	}
});

test.run();
