# SPDX-License-Identifier: MIT
# usage: perl read-tap.pl FILE
# Prints what TAP::Parser reads in a file, as JSON on one line: the plan, each test point with its directive
# and its YAML, why it bailed out, and what the parser complains about.
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

my $file = shift or die "usage: perl read-tap.pl FILE\n";
open my $in, '<:encoding(UTF-8)', $file or die "$file: $!\n";
my $tap = do { local $/; <$in> };
# A parser before 3.48 takes 13 for the newest version there is.
$tap =~ s/\ATAP version 14$/TAP version 13/m if TAP::Parser->VERSION < 3.48;

my ( @points, $bailed_out );
my $parser = TAP::Parser->new( { tap => $tap } );
while ( my $result = $parser->next ) {
    if ( $result->is_test ) {
        my $description = $result->description;
        $description =~ s/^- //;
        $description =~ s/\\([\\#])/$1/g;
        push @points, {
            number => $result->number + 0,
            ok => $result->is_actual_ok ? JSON::PP::true : JSON::PP::false,
            directive => $result->directive,
            explanation => $result->explanation,
            id => $description,
        };
    }
    elsif ( $result->is_yaml ) {
        $points[-1]{yaml} = $result->data;
    }
    elsif ( $result->is_bailout ) {
        $bailed_out = $result->explanation;
    }
    elsif ( $result->is_unknown ) {
        die "$file: this is not TAP: ", $result->raw, "\n";
    }
}
print JSON::PP->new->canonical->utf8->encode( {
    planned => $parser->tests_planned,
    points => \@points,
    bailed_out => $bailed_out,
    errors => [ $parser->parse_errors ],
} ), "\n";
