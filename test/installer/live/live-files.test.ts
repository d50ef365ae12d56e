import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {isMissingLive, refuseMissingLive} from '../../../installer/live/live-files.ts';
import {directory, file, symlink} from '../../engine/source/trees.ts';

const test = suite('files in a live system');

const image = directory({
	usr: directory({
		share: directory({
			motd: file('motd'),
			linked: symlink('/srv/a'),
			gone: symlink('nowhere'),
		}),
	}),
	srv: directory({a: file('a')}),
	tmp: directory({b: file('b')}),
	home: directory({c: file('c')}),
});

/** Whether it is missing where the image is known, and where it is not. */
const cases: readonly [file: string, known: boolean, unknown: boolean][] = [
	['/usr/share/motd', false, false],
	['/usr/share/linked', false, false],
	['/usr/share/gone', true, false],
	['/usr/share', true, false],
	['/config/auth.json', true, false],
	['/tmp/b', true, true],
	['/usr/../run/slipway/config/a', true, true],
	['/home/c', false, true],
	['/mnt/stick/a', true, true],
	['/sys/class/dmi/id/product_serial', false, false],
	['beside.ks', true, true],
];

for (const [name, known, unknown] of cases)
	test(`are known as far as can be: ${name}`, () => {
		assert.equal([isMissingLive(name, image), isMissingLive(name)], [known, unknown]);
	});

test('are refused together when they are missing', () => {
	refuseMissingLive(['/usr/share/motd'], 'a.toml', image);
	assert.throws(
		() => refuseMissingLive(['/usr/share/motd', '/tmp/b', '/x'], 'a.toml', image),
		(error: unknown) =>
			error instanceof Refused &&
			error.message === 'a live system has no /tmp/b, /x, and a.toml installs with that',
	);
});

test.run();
