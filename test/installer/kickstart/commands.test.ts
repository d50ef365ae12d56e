import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {honouredCommands, sameCommands} from '../../../installer/kickstart/honoured-commands.ts';
import {otherCommands} from '../../../installer/kickstart/other-commands.ts';
import {commandNames} from '../../../installer/kickstart/parse-commands.ts';
import {read, said} from './reading.ts';

const test = suite('commands of kickstart');

/** All that any version of pykickstart 3.74 knows, from RHEL 3 to Fedora 45 and RHEL 11. */
const known = `
	auth authconfig authselect autopart autostep bootc bootloader btrfs cdrom clearpart cmdline device
	deviceprobe dmraid driverdisk eula fcoe firewall firstboot graphical group halt harddrive hmc
	ignoredisk install interactive iscsi iscsiname key keyboard lang langsupport lilo lilocheck liveimg
	logging logvol mediacheck method module monitor mount mouse multipath network nfs nvdimm
	ostreecontainer ostreesetup part partition poweroff raid rdp realm reboot repo reqpart rescue rhsm
	rootpw selinux services shutdown skipx snapshot sshkey sshpw syspurpose text timesource timezone
	unsupported_hardware updates upgrade url user vnc volgroup xconfig zerombr zfcp zipl`;

test('are all known', () => {
	assert.equal(commandNames, known.trim().split(/\s+/));
	const tables = [honouredCommands, sameCommands, otherCommands].flatMap(Object.keys);
	assert.equal(tables.toSorted(), commandNames, 'each in one table');
});

test('are refused or noted by name where they are not taken', () => {
	for (const [name, command] of Object.entries(otherCommands)) {
		const {mistakes, notes} = read(`lang C\n  ${name} --what=ever\n`);
		if (command.fate === 'noted') {
			assert.equal(mistakes, []);
			assert.ok(notes[0]?.text.startsWith(`${name} changes nothing`), name);
			continue;
		}
		const found =
			command.fate === 'removed'
				? `gone from kickstart since ${command.release}`
				: 'not possible here';
		assert.equal(mistakes, [
			{
				file: 'a.ks',
				line: 2,
				column: 3,
				includedFrom: undefined,
				key: name,
				found,
				expected: command.instead,
				suggestion: undefined,
			},
		]);
	}
});

test('that are unknown are told, with what was meant', () => {
	assert.equal(said(read('langg C\nLANG C\nhostname x\n__proto__ 1\nconstructor\n')), [
		'a.ks:1:1: unknown command "langg", expected a command of kickstart; did you mean lang?',
		'a.ks:2:1: unknown command "LANG", expected a command of kickstart',
		'a.ks:3:1: unknown command "hostname", expected network --hostname=…',
		'a.ks:4:1: unknown command "__proto__", expected a command of kickstart',
		'a.ks:5:1: unknown command "constructor", expected a command of kickstart',
	]);
});

test.run();
