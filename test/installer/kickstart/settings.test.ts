import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Answers} from '../../../installer/answers/answers.ts';
import {read, said} from './reading.ts';

const test = suite('settings of a kickstart');

type Pick = (answers: Answers) => unknown;

const image: Pick = ({image}) => image;
const boot: Pick = ({boot}) => boot;
const system: Pick = ({system}) => system;
const firewall: Pick = ({firewall}) => firewall;
const services: Pick = ({services}) => services;
const finish: Pick = ({finish}) => finish;
const unattended: Pick = ({unattended}) => unattended;
const registry: Pick = ({registry, files}) => ({ca: registry.caCertificates, files});

const nothing = {
	hostname: undefined,
	locale: undefined,
	keymap: undefined,
	timeZone: undefined,
	ntpServers: undefined,
};
const pem = '-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n';

test('are what the lines say', () => {
	const lines: readonly [text: string, of: Pick, expected: unknown][] = [
		['lang de_DE.UTF-8', system, {...nothing, locale: 'de_DE.UTF-8'}],
		['keyboard us\nkeyboard de', system, {...nothing, keymap: 'de'}],
		[
			'timezone Europe/Berlin',
			system,
			{...nothing, timeZone: 'Europe/Berlin', hardwareClock: 'local'},
		],
		['timezone --utc', system, {...nothing, hardwareClock: 'utc'}],
		['timesource --ntp-disable', system, {...nothing, ntpServers: []}],
		['selinux --permissive', system, {...nothing, selinux: 'permissive'}],
		['selinux --disabled', boot, {kernelArguments: ['selinux=0'], timeoutSeconds: undefined}],
		[
			'bootloader --append="quiet a=\\"b c\\"" --timeout=5 --location=boot --sdboot',
			boot,
			{kernelArguments: ['quiet', 'a="b c"'], timeoutSeconds: 5},
		],
		['bootloader --location=mbr', boot, {kernelArguments: [], timeoutSeconds: undefined}],
		[
			'ostreecontainer --url=registry.example.com/os:1',
			image,
			{source: 'registry:registry.example.com/os:1', target: 'registry.example.com/os:1'},
		],
		[
			'ostreecontainer --transport=oci --url=/media/image',
			image,
			{source: 'oci:/media/image', target: undefined},
		],
		[
			'bootc --source-imgref=registry:registry.example.com/os:1',
			image,
			{source: 'registry:registry.example.com/os:1', target: 'registry.example.com/os:1'},
		],
		[
			'bootc --source-imgref oci:/media/image --target-imgref=registry.example.com/os:1',
			image,
			{source: 'oci:/media/image', target: 'registry.example.com/os:1'},
		],
		[
			'services --enabled=sshd,cups.socket --disabled=cups,sshd',
			services,
			{enable: ['sshd.service', 'cups.socket'], disable: ['cups.service'], mask: []},
		],
		['firewall --use-system-defaults', firewall, undefined],
		[
			'firewall --disable',
			firewall,
			{enabled: false, services: [], removedServices: [], ports: [], trustedInterfaces: []},
		],
		[
			'firewall --enable --http --port=80,1000-2000:udp --port=22:tcp --remove-service=ssh --trust=eth0',
			firewall,
			{
				enabled: true,
				services: ['http'],
				removedServices: ['ssh'],
				ports: [
					{port: '80', protocol: 'tcp'},
					{port: '1000-2000', protocol: 'udp'},
					{port: '22', protocol: 'tcp'},
				],
				trustedInterfaces: ['eth0'],
			},
		],
		['lang C', finish, {action: 'wait', onFailure: undefined}],
		['halt\nreboot --eject', finish, {action: 'reboot', onFailure: undefined, eject: true}],
		['shutdown', finish, {action: 'poweroff', onFailure: undefined}],
		['text', unattended, undefined],
		['graphical --non-interactive', unattended, true],
		['cmdline', unattended, true],
		[
			`%certificate --filename=a.pem --type=anchor\n${pem}%end`,
			registry,
			{ca: [{kind: 'text', text: pem}], files: []},
		],
		[
			`%certificate --filename=a.pem --dir=/etc/app\n${pem}%end`,
			registry,
			{
				ca: [],
				files: [
					{
						path: '/etc/app/a.pem',
						content: {kind: 'text', text: pem},
						mode: 0o644,
						user: 'root',
						group: 'root',
					},
				],
			},
		],
	];
	for (const [text, of, expected] of lines) {
		const {answers, mistakes} = read(text);
		assert.equal(mistakes, [], text);
		assert.equal(of(answers), expected, text);
	}
});

test('are refused where they cannot be kept', () => {
	const lines: readonly [text: string, mistake: string][] = [
		['lang', '1:1: lang is incomplete, expected one locale'],
		['lang deutsch!', '1:6: lang is "deutsch!", expected a locale such as "de_DE.UTF-8"'],
		['keyboard', '1:1: keyboard is without a keymap, expected --vckeymap=…'],
		[
			'keyboard --xlayouts=";"',
			'1:10: keyboard --xlayouts is ";", expected layouts such as "de (nodeadkeys)"',
		],
		[
			'timezone Mars/Olympus',
			'1:10: timezone is "Mars/Olympus", expected a time zone such as "Europe/Berlin"',
		],
		[
			'timesource',
			'1:1: timesource is without a source, expected one of --ntp-server=…, --ntp-pool=…, --ntp-disable',
		],
		[
			'timesource --ntp-server=a --ntp-pool=b',
			'1:1: timesource is with several sources, expected one of --ntp-server=…, --ntp-pool=…, --ntp-disable',
		],
		[
			'timesource --ntp-server=a\ntimesource --ntp-disable',
			'2:1: timesource is --ntp-disable beside time sources, expected one of them',
		],
		['selinux', '1:1: selinux is without a mode, expected --enforcing, --permissive, --disabled'],
		[
			'bootloader --append="root=/dev/sda1"',
			'1:12: bootloader --append: root= names the disk and is set by slipway, expected any other kernel argument',
		],
		[
			'bootloader --location=none',
			'1:12: bootloader is a system without a boot loader, expected systemd-boot, which slipway updates',
		],
		[
			'bootloader --extlinux',
			'1:12: bootloader --extlinux is not possible here, expected --sdboot',
		],
		[
			'bootloader --driveorder=sda,sdb',
			'1:12: bootloader --driveorder is several disks, expected --boot-drive=…',
		],
		['bootloader --timeout=x', '1:12: bootloader --timeout is "x", expected a whole number'],
		['bootc', '1:1: bootc is without --source-imgref, expected --source-imgref=…'],
		[
			'bootc --source-imgref=registry.example.com/os',
			'1:7: bootc --source-imgref is "registry.example.com/os", expected TRANSPORT:REFERENCE with a transport of registry, docker, oci, oci-archive, docker-archive, containers-storage',
		],
		[
			'bootc --source-imgref=oci:/x --bootloader=grub',
			'1:30: bootc --bootloader is "grub", expected systemd',
		],
		[
			'bootc --source-imgref=oci:/x\nostreecontainer --url=registry.example.com/os',
			'2:1: ostreecontainer is given beside bootc, expected one of them',
		],
		[
			'ostreecontainer --url=Os',
			'1:17: ostreecontainer --url is "Os", expected an image reference such as "registry.example.com/myos:latest"',
		],
		['services', '1:1: services is without services, expected --enabled=…, --disabled=…'],
		[
			'services --enabled="a b"',
			'1:10: services --enabled is "a b.service", expected the name of a unit, such as "sshd.service"',
		],
		['firewall --port=x:tcp', '1:10: firewall --port is "x:tcp", expected ports such as 9187:tcp'],
		[
			'firewall --enabled --disabled',
			'1:1: firewall is with --enabled and --disabled, expected one of them',
		],
		['eula', '1:1: eula is without --agreed, expected --agreed=…'],
		['logging --port=514', '1:9: logging --port is given without --host, expected both or none'],
		['reboot --kexec', '1:8: reboot --kexec is a start past the firmware, expected reboot'],
		[
			'cmdline --non-interactive',
			'1:9: cmdline --non-interactive is given for cmdline, expected cmdline alone, which asks nothing',
		],
		[
			'%certificate --filename=a --type=anchor\nx\n%end',
			'1:1: %certificate is no certificate, expected one as PEM',
		],
		[
			`%certificate --filename=../../usr/x --dir=/etc/app\n${pem}%end`,
			'1:37: %certificate --dir is "/etc/app/../../usr/x", expected a path of a file below /etc or /var',
		],
		[
			`%certificate --filename=a\n${pem}%end`,
			'1:1: %certificate is without a place, expected --dir=… or --type=anchor',
		],
	];
	for (const [text, mistake] of lines)
		assert.equal(said({...read(text), warnings: [], notes: []}), [`a.ks:${mistake}`], text);
});

test.run();
