import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';

const test = suite('fake system');

test('records calls in order and does nothing', () => {
	const system = fakeSystem();
	system.mount('/dev/vda', '/mnt', 'ext4', ['ro'], 'noload');
	system.unmount('/mnt');
	assert.equal(system.calls, [
		{call: 'mount', args: ['/dev/vda', '/mnt', 'ext4', ['ro'], 'noload']},
		{call: 'unmount', args: ['/mnt']},
	]);
});

test('answers commands by program and shows them as one types them', async () => {
	const system = fakeSystem(
		{},
		{lsblk: '{}', sfdisk: (args) => ({status: 1, stdout: '', stderr: args.join()})},
	);
	assert.is((await system.run('lsblk', ['--json'])).stdout, '{}');
	assert.is((await system.run('sfdisk', ['-l', '-d'])).stderr, '-l,-d');
	assert.is((await system.run('sync', [])).status, 0);
	assert.equal(system.commandLines(), ['lsblk --json', 'sfdisk -l -d', 'sync']);
});

test('records what is answered by the test too', () => {
	const system = fakeSystem({
		enableVerity: () => {
			throw new Lacking('no-fs-verity', 'none here');
		},
	});
	assert.throws(() => system.enableVerity('/a', 'sha256'), /none here/);
	assert.equal(system.calls, [{call: 'enableVerity', args: ['/a', 'sha256']}]);
});

test.run();
