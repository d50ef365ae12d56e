import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noProgress} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {writeIso} from '../../../installer/output/iso/write-iso.ts';
import {liveSample, plainIso} from '../../installer/live/live-sample.ts';
import {slipway} from './run-program.ts';

const test = suite('disk iso');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-disk-iso-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

test.before(async () => {
	writeFileSync(place('root.erofs'), 'the image');
	const options = plainIso(place('root.erofs'));
	const {signal} = new AbortController();
	await writeIso(hostSystem(), liveSample(folder), options, place('a.iso'), noProgress, signal);
});

function file(name: string, text: string): string {
	writeFileSync(place(name), text);
	return place(name);
}

const customize = (from: string, to: string, ...words: readonly string[]) =>
	slipway(['disk', 'iso', '--quiet', '--customize', place(from), ...words, place(to)]);

test('says what the copy does, and takes away what it was given', () => {
	const config = file(
		'site.toml',
		'version = 1\nstorage.wipe = true\nregistry.auth = {file = "/usr/share/auth.json"}\n',
	);
	const armed = customize('a.iso', 'armed.iso', '--config', config, '--may-wipe', '--karg', 'b=c');
	assert.equal(armed, {
		status: 0,
		stdout: `${place('armed.iso')} is ${place('a.iso')}, customised: it wipes the only disk, without asking, on any machine that is started from it
Its image has to have /usr/share/auth.json.
`,
		stderr: '',
	});
	const bare = customize('armed.iso', 'bare.iso', '--no-config', '--no-karg');
	assert.equal(bare, {
		status: 0,
		stdout: `${place('bare.iso')} is ${place('armed.iso')}, customised: it asks what to install where\n`,
		stderr: '',
	});
});

test('refuses what contradicts itself, and what changes nothing', () => {
	for (const [words, message] of [
		[['--no-config', '--config', 'a.toml'], '--config and --no-config are given'],
		[['--no-karg', '--karg', 'a'], '--karg and --no-karg are given'],
		[[], 'nothing is to become different'],
	] as const) {
		const {status, stderr} = customize('a.iso', 'none.iso', ...words);
		assert.is(status, 2);
		assert.match(stderr, message);
	}
});

test('refuses files of this host, which the live system would miss', () => {
	const auth = 'version = 1\nregistry.auth = {file = "/run/secrets/auth.json"}\n';
	const native = customize('a.iso', 'none.iso', '--config', file('auth.toml', auth));
	assert.match(native.stderr, 'a live system has no /run/secrets/auth.json');
	file('more.ks', 'lang de_DE.UTF-8\n');
	for (const name of ['more.ks', place('more.ks')]) {
		const config = file('site.ks', `%include ${name}\nclearpart --all\nautopart\n`);
		const {stderr} = customize('a.iso', 'none.iso', '--config', config);
		assert.match(stderr, `%include is no such file: "${name}"`);
	}
	assert.not.ok(existsSync(place('none.iso')));
});

test.run();
