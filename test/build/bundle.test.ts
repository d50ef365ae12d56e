import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	copyFileSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {version} from '../../engine/version.ts';

const test = suite('bundle');

const project = path.join(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bundle-'));
const dist = path.join(folder, 'first');
test.before(() => build(dist));
test.after(() => rmSync(folder, {recursive: true}));

function build(place: string): void {
	const {status, stderr} = spawnSync(
		process.execPath,
		[path.join(project, 'image/build/bundle.ts'), place],
		{encoding: 'utf8', env: {...process.env, SOURCE_DATE_EPOCH: '1700000000'}},
	);
	assert.is(status, 0, stderr);
}

function run(program: string, words: string[], env: NodeJS.ProcessEnv = {}) {
	const {status, stdout, stderr} = spawnSync(program, words, {encoding: 'utf8', env, cwd: '/'});
	return {status, stdout, stderr};
}

const itsVersion = {status: 0, stdout: `slipway ${version}\n`, stderr: ''};

test('runs with nothing in the environment, from any folder', () => {
	assert.equal(run(path.join(dist, 'slipway'), ['--version']), itsVersion);
	assert.equal(run(path.join(dist, 'slipway'), ['--version'], {PATH: ''}), itsVersion);
	const moved = path.join(folder, "else where's");
	renameSync(dist, moved);
	assert.equal(run(path.join(moved, 'slipway'), ['--version']), itsVersion);
	renameSync(moved, dist);
});

test('runs through links to it and to its folder', () => {
	mkdirSync(path.join(folder, 'bin'));
	symlinkSync('../first/slipway', path.join(folder, 'bin/slipway'));
	symlinkSync('slipway', path.join(folder, 'bin/again'));
	symlinkSync('first', path.join(folder, 'linked'));
	for (const program of ['bin/slipway', 'bin/again', 'linked/slipway'])
		assert.equal(run(path.join(folder, program), ['--version'], {PATH: ''}), itsVersion);
});

test('hands Node its libraries, the words as they are, and the old library path to restore', () => {
	const place = path.join(folder, 'launcher');
	mkdirSync(place);
	copyFileSync(path.join(dist, 'slipway'), path.join(place, 'slipway'));
	const node = `#!/bin/sh\nprintf '%s|' "$LD_LIBRARY_PATH" "$SLIPWAY_LIBRARY_PATH" "$MALLOC_ARENA_MAX" "$@"`;
	writeFileSync(path.join(place, 'node'), node, {mode: 0o755});
	const program = path.join(place, 'slipway');
	const started = `1|--max-semi-space-size=8|${place}/app/main.js|`;
	const installing = started.replace('=8|', '=8|--no-turbofan|--initial-heap-size=64|');
	for (const command of ['install', 'install-background'])
		assert.is(
			run(program, [command, 'disk']).stdout,
			`${place}/lib||${installing}${command}|disk|`,
		);
	assert.is(run(program, ['a  b', '', '*']).stdout, `${place}/lib||${started}a  b||*|`);
	assert.is(
		run(program, [], {LD_LIBRARY_PATH: '/mine'}).stdout,
		`${place}/lib:/mine|/mine|${started}`,
	);
});

test('is the same in every build: bytes, permissions and times', () => {
	const second = path.join(folder, 'second');
	build(second);
	assert.equal(describe(second), describe(dist));
	assert.is(lstatSync(path.join(second, 'app/main.js')).mtimeMs, 1_700_000_000_000);
});

test('has what it ships with, and a license for each package of it', () => {
	assert.equal(readdirSync(dist).sort(), ['app', 'lib', 'licenses', 'node', 'slipway']);
	assert.equal(readdirSync(path.join(dist, 'lib')).sort(), [
		'libatomic.so.1',
		'libgcc_s.so.1',
		'libstdc++.so.6',
	]);
	const licenses = readdirSync(path.join(dist, 'licenses'));
	for (const name of [
		'slipway',
		`node-linux-${process.arch}`,
		'koffi',
		'execa',
		'valibot',
		'ink',
		'react',
		'yoga-layout',
	])
		assert.ok(licenses.includes(`${name}.txt`), name);
});

test('loads next to nothing before it knows the command, and of Node what is used', () => {
	const app = path.join(dist, 'app');
	const read = (name: string) => readFileSync(path.join(app, name), 'utf8');
	const loaded = new Set(['main.js']);
	for (const name of loaded)
		for (const [, other = ''] of read(name).matchAll(/\bimport(?:[^"();]*from)?"\.\/([^"]+)"/g))
			loaded.add(other);
	assert.ok(loaded.size > 1, 'imports are recognised');
	const size = [...loaded].reduce((sum, name) => sum + read(name).length, 0);
	assert.ok(size < 40_000, `${[...loaded].join(', ')}: ${size}`);
	for (const name of readdirSync(app).filter((file) => file.endsWith('.js')))
		assert.not.match(read(name), /\bimport[^"();]*"(?:node:[^"]+|fs|path|os|util|stream)"/, name);
});

/** A line for each file. */
function describe(place: string): string[] {
	return readdirSync(place, {recursive: true, encoding: 'utf8'})
		.sort()
		.map((name) => {
			const file = path.join(place, name);
			const stats = lstatSync(file);
			const content = stats.isFile()
				? createHash('sha256').update(readFileSync(file)).digest('hex')
				: '';
			return `${name} ${stats.mode.toString(8)} ${stats.mtimeMs} ${content}`;
		});
}

test.run();
