import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {slipway} from './run-program.ts';

const test = suite('install');

test('refuses a command line without a disk, or with a file system it does not know', () => {
	assert.equal(slipway(['install']), {
		status: 2,
		stdout: '',
		stderr:
			'slipway: install needs DEVICE: the disk to install to\n  hint: Give one, such as /dev/sda; or start it on a terminal without options, and be asked.\n',
	});
	assert.equal(slipway(['install', '--root-fs=zfs', '/dev/sda']), {
		status: 2,
		stdout: '',
		stderr: 'slipway: option --root-fs cannot be zfs\n  hint: It is one of: ext4, btrfs, xfs\n',
	});
});

test('forgets no option when it would ask', () => {
	const words = ['--ui=plain', '--user=me', '--karg=quiet', '--root-fs=xfs', '--wipe', '--quiet'];
	assert.equal(slipway(['install', ...words]), {
		status: 2,
		stdout: '',
		stderr:
			'slipway: install needs DEVICE, the disk to install to, with --wipe, --root-fs, --karg, --user, --quiet\n  hint: Name the disk, such as /dev/sda; or leave the options out, and be asked.\n',
	});
	assert.match(
		slipway(['install', '--found-config', '--hostname=x']).stderr,
		/--found-config is given, and --hostname too/,
	);
});

test('says what speaks against a disk, and prints no plan', () => {
	const {status, stdout, stderr} = slipway(['install', '--dry-run', '/no/such/disk']);
	assert.equal([status, stdout], [3, '']);
	assert.match(stderr, /^slipway: .*\/no\/such\/disk does not exist\n {2}hint: /);
});

test.run();
