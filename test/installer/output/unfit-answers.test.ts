import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readConfig} from '../../../installer/config/read-config.ts';
import {refusalsOfUnfit} from '../../../installer/output/unfit-answers.ts';

const test = suite('what a disk image cannot honour');

const refusals = (toml: string) => {
	const {answers, mistakes} = readConfig(toml, 'site.toml');
	assert.equal(mistakes, []);
	return refusalsOfUnfit(answers).map(({message}) => message.split(' ')[0]);
};

test('is nothing of what goes into the image', () => {
	const fits = `version = 1
[system]
hostname = "node1"
[[user]]
name = "ada"
[storage]
filesystem = "ext4"
swap = "1 GiB"
[boot]
kargs = ["quiet"]
`;
	assert.equal(refusals(fits), []);
});

test('is all that only a machine with its disks can', () => {
	const unfit: readonly (readonly [string, readonly string[]])[] = [
		['disk = "/dev/sda"', ['disk']],
		['unattended = true', ['unattended']],
		['[storage]\nwipe = true', ['storage.wipe']],
		['[storage]\nlayout = "free-space"', ['storage.layout']],
		['[storage]\nlayout = "disk"', []],
		['[storage]\nswap = "recommended"', ['storage.swap']],
		['[storage]\nswap = "zram"', []],
		['[storage]\nmirror = ["/dev/sda", "/dev/sdb"]', ['storage.mirror']],
		['[[storage.extra]]\nmountpoint = "/var"', ['storage.extra']],
		['[[storage.extra]]\nmountpoint = "/var"\nsize = "8 GiB"', []],
		['[[scripts.post]]\nrun = "true"', ['scripts']],
		['[finish]\naction = "reboot"', ['finish']],
		['[storage]\nencryption = {tpm2 = true}', []],
		['[storage]\nencryption = {tpm2 = {pcrs = [7, 14]}, cipher = "aes-xts-plain64"}', []],
		[
			'[storage.encryption]\ntpm2 = {pin = {file = "/p"}}\npassphrase = {file = "/p"}',
			['storage.encryption.passphrase', 'storage.encryption.tpm2.pin'],
		],
		[
			'[storage.encryption]\ntpm2 = true\nrecovery-key.save-to = "/keys"\nkey-derivation.time-ms = 9',
			['storage.encryption.key-derivation', 'storage.encryption.recovery-key'],
		],
		[
			'[storage.encryption]\ntpm2 = true\nrecovery-key.show = "screen"',
			['storage.encryption.recovery-key'],
		],
		[
			'disk = "/dev/sda"\n[storage]\nwipe = true\nswap = "hibernation"',
			['disk', 'storage.wipe', 'storage.swap'],
		],
	];
	for (const [toml, expected] of unfit)
		assert.equal(refusals(`version = 1\n${toml}\n`), expected, toml);
});

test.run();
